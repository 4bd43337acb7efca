"""A representative with an account of their own, at the page for representatives."""

import uuid

import httpx

from api.http.auth import Role
from tests.e2e.rider import Rider
from tests.e2e.running import RunningService

PASSWORD = "correct horse battery staple 7"


def sign_in(rider: Rider, service: RunningService) -> None:
    """Make an account, sign in with it where ``rider`` is, and go to /care."""
    name = f"home-{uuid.uuid4().hex[:8]}"
    headers = {"Authorization": f"Bearer {service.token(Role.ADMIN)}"}
    account = {"name": name, "password": PASSWORD, "role": "representative"}
    path = f"{service.url}/v1/accounts/{uuid.uuid4().hex}"
    httpx.put(path, json=account, headers=headers, timeout=30).raise_for_status()
    status = rider.page.evaluate(
        """async (body) => {
          const headers = { "Content-Type": "application/json" };
          const init = { method: "POST", headers, body: JSON.stringify(body) };
          return (await fetch("/v1/sign-in", init)).status;
        }""",
        {"name": name, "password": PASSWORD},
    )
    assert status == 200
    rider.open("/care")


def add_person(rider: Rider, name: str, phone: str) -> None:
    """Put somebody on the list of people; the page is in English or Korean."""
    page = rider.page
    page.locator("#tab-people").click()
    page.locator(".people input[type=text]").fill(name)
    page.locator(".people input[type=tel]").fill(phone)
    page.locator(".people form [type=submit]").click()
    page.locator(".person", has_text=name).wait_for()
