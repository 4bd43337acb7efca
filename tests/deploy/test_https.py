"""HTTPS as the compose file has it: the same Caddyfile, run by a real Caddy with its own CA."""

import os
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from api.http.auth import Role
from api.settings import Settings
from tests import tools
from tests.api.http.running import Person, Running, caller
from tests.e2e.running import free_port

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 20.0
PASSWORD = "correct horse battery staple"


@dataclass
class Proxy:
    """A Caddy in front of a service."""

    http_port: int
    https_port: int
    authority: Path
    service: Running

    @property
    def url(self) -> str:
        return f"https://localhost:{self.https_port}"

    def client(self, **options: Any) -> httpx.Client:
        trusted = ssl.create_default_context(cafile=str(self.authority))
        return httpx.Client(base_url=self.url, verify=trusted, timeout=20, **options)


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """The service, and Caddy before it with the repository's own Caddyfile."""
    program = tools.get(tools.CADDY)
    service = Running(tmp_path_factory.mktemp("behind")).start()
    folder = Path(tempfile.mkdtemp(prefix="sokcho-caddy-"))
    http_port, https_port = free_port(), free_port()
    environment = {
        **os.environ,
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "SOKCHO_UPSTREAM": service.url.removeprefix("http://"),
        "SOKCHO_SITE": "localhost",
        "SOKCHO_TLS": "",
        "SOKCHO_HTTP_PORT": str(http_port),
        "SOKCHO_HTTPS_PORT": str(https_port),
    }
    command = [program, "run", "--config", ROOT / "Caddyfile"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    authority = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    found = Proxy(http_port, https_port, authority, service)
    try:
        _wait_until_ready(found, process, folder / "log")
        yield found
    finally:
        process.terminate()
        process.wait()
        service.stop()
        shutil.rmtree(folder)


def _wait_until_ready(proxy: Proxy, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with proxy.client() as client:
                if client.get("/readyz").status_code == 200:
                    return
        except (OSError, httpx.HTTPError):
            time.sleep(0.1)
    raise AssertionError(f"Caddy did not start: {log.read_text()[-2000:]}")


def test_pages_come_over_https_with_a_certificate_of_its_authority(proxy: Proxy) -> None:
    with proxy.client() as client:
        for page in ("/", "/driver", "/sign-in", "/v1/service"):
            answer = client.get(page)
            assert answer.status_code == 200
            assert answer.headers["strict-transport-security"] == "max-age=31536000"
    with httpx.Client() as stranger, pytest.raises(httpx.ConnectError):
        stranger.get(f"{proxy.url}/")  # who does not know the authority is warned


def test_http_is_sent_on_to_https(proxy: Proxy) -> None:
    answer = httpx.get(f"http://localhost:{proxy.http_port}/driver")
    assert answer.status_code == 308
    assert answer.headers["location"].startswith("https://localhost")
    assert answer.headers["location"].endswith("/driver")


def test_a_session_is_bound_to_https_and_to_this_host(proxy: Proxy) -> None:
    people = proxy.service.service.people
    code = people.first_admin._code
    body = {"code": code, "name": "chief", "password": PASSWORD}
    same_origin = {"Sec-Fetch-Site": "same-origin", "Origin": proxy.url}
    with proxy.client(headers=same_origin) as client:
        answer = client.post("/v1/sign-in/first-admin", json=body)
        assert answer.status_code == 200, answer.text
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-sokcho=")
        assert {"Secure", "HttpOnly", "SameSite=strict"} <= set(cookie.split("; "))
        assert client.get("/v1/session").json()["role"] == "admin"
        assert client.delete("/v1/session").status_code == 204
        assert client.get("/v1/session").status_code == 401


def test_events_come_through_as_they_happen(proxy: Proxy) -> None:
    service = proxy.service
    driver = Person(service, caller(Role.DRIVER, "SH1", "SH1"))
    with (
        proxy.client() as client,
        client.stream("GET", "/v1/vehicles/SH1/manifest/events", headers=driver.headers) as stream,
    ):
        lines = stream.iter_lines()
        first = next(line for line in lines if line.startswith("data:"))
        assert "dropoff" not in first
        began = time.monotonic()
        body = {"destination": {"stop_id": "VS024"}}
        assert driver.post("/v1/vehicles/SH1/walk-ups", body).status_code == 200
        second = next(line for line in lines if line.startswith("data:"))
        assert "dropoff" in second
        # A buffering proxy would hold it back until the stream's heartbeats have filled it.
        assert time.monotonic() - began < 10


def test_nobody_says_for_themselves_where_they_come_from(proxy: Proxy) -> None:
    """A guesser who names another address with every try is still one address."""
    people = proxy.service.service.people
    seen: list[str] = []

    async def note(what: str, who: str, free: int = 5) -> None:
        if what == "sign-in-address":
            seen.append(who)

    people.limits.begin_try = note  # type: ignore[method-assign]
    try:
        with proxy.client() as client:
            for n in range(2):
                headers = {"X-Forwarded-For": f"203.0.113.{n}", "X-Forwarded-Proto": "http"}
                body = {"name": "nobody", "password": "x"}
                client.post("/v1/sign-in", json=body, headers=headers)
    finally:
        del people.limits.begin_try  # type: ignore[misc]
    assert len(seen) == 2
    assert set(seen) <= {"127.0.0.1", "::1"}


# --- the compose file: what can be read of it without an engine ---


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def test_only_the_proxy_can_be_reached_from_outside(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["https"]
    assert set(services["redis"]["networks"]) == {"inside"}
    assert set(services["https"]["networks"]) == {"edge"}
    assert set(services["sokcho"]["networks"]) == {"inside", "edge"}
    assert compose["networks"]["inside"] == {"internal": True}


def test_the_proxy_runs_the_tested_caddyfile(compose: dict[str, Any]) -> None:
    https = compose["services"]["https"]
    assert "./Caddyfile:/etc/caddy/Caddyfile:ro" in https["volumes"]
    text = (ROOT / "Caddyfile").read_text()
    assert all("{$" + name in text for name in https["environment"])
    assert "{$SOKCHO_UPSTREAM:sokcho:8000}" in text  # the service by its name and port
    assert "EXPOSE 8000" in (ROOT / "Dockerfile").read_text()


def test_every_volume_and_setting_exists(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (ROOT / source).exists()
    known = {f"SOKCHO_{name.upper()}" for name in Settings.model_fields} | {"REDIS_URL"}
    assert set(compose["services"]["sokcho"]["environment"]) <= known
