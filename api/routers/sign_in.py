"""Signing in and out, of staff and of riders."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from api.accounts.people import DEMO_PASSWORD, demo_profiles
from api.accounts.phone_codes import as_e164
from api.accounts.provider import CALLBACK, PATIENCE_S
from api.accounts.sessions import Session
from api.http.auth import Anyone, Role
from api.http.cookies import (
    STATE_COOKIE,
    check_origin,
    clear_session,
    session_cookie,
    set_session,
)
from api.http.errors import Problem
from api.http.languages import negotiate
from api.http.responses import WITH_TOKEN, answer, encode, refusals
from api.routers.tokens import show_token
from api.schemas.sign_in import (
    DemoAccount,
    FirstAdminRequest,
    PasswordChange,
    PhoneCodeRequest,
    PhoneTokenRequest,
    SessionView,
    SignInRequest,
    SignInWays,
)
from api.schemas.tokens import TokenView
from api.service import Served, Service

router = APIRouter(prefix="/v1", tags=["sign-in"])

#: Where each role begins; the only pages that a sign-in leads to.
HOME = {
    Role.DRIVER: "/driver",
    Role.DISPATCHER: "/console",
    Role.PLANNER: "/console",
    Role.ADMIN: "/console",
    Role.REPRESENTATIVE: "/",
}
_WITH_TRIES = ("too-many-tries", "store-unavailable", "unsupported-media-type")
_REDIRECT: dict[int | str, dict[str, Any]] = {302: {"description": "To another page."}}


@router.get("/sign-in", summary="How to sign in", response_model=SignInWays, responses=refusals())
async def list_ways(service: Served) -> Response:
    """Whether there is an identity provider, and whether the first administrator is missing.

    A demo also names its accounts.
    """
    people = service.people
    vehicles = [vehicle.vehicle_id for vehicle in service.area.fleet]
    demo = tuple(
        DemoAccount(profile.name, DEMO_PASSWORD, profile.role, profile.vehicle_id)
        for profile in (demo_profiles(vehicles) if service.settings.demo else ())
    )
    return answer(SignInWays(people.provider.is_there, people.first_admin.is_wanted, demo))


@router.post(
    "/sign-in", summary="Sign in with a password", response_model=SessionView,
    responses=refusals("sign-in-failed", "cross-site", *_WITH_TRIES),
)  # fmt: skip
async def sign_in(service: Served, request: Request, body: SignInRequest) -> Response:
    """Set the session's cookie: HttpOnly, SameSite=Strict, ended by time or `DELETE /v1/session`.

    Five failures are free; then each further try has to wait, up to a quarter of an hour.
    """
    check_origin(request, browsers_only=False)
    token, session = await service.people.sign_in(body.name, body.password, _address(request))
    return await _signed_in(service, request, token, session)


@router.post(
    "/sign-in/first-admin", summary="Make the first administrator", response_model=SessionView,
    responses=refusals("setup-done", "wrong-code", "weak-password", "account-exists", "cross-site",
                       *_WITH_TRIES),
)  # fmt: skip
async def make_first_admin(service: Served, request: Request, body: FirstAdminRequest) -> Response:
    """Once, with the code that the service shows on its console; signs in as well."""
    check_origin(request, browsers_only=False)
    account = await service.people.first_admin.come_in(body.code, body.name, body.password)
    token, session = await service.people.begin(account)
    return await _signed_in(service, request, token, session)


@router.get(
    "/sign-in/provider", summary="Sign in at the identity provider", status_code=302,
    response_class=RedirectResponse,
    responses=refusals("not-found", "provider-unavailable", "store-unavailable") | _REDIRECT,
)  # fmt: skip
async def begin_at_provider(
    service: Served,
    request: Request,
    page: Annotated[str, Query(max_length=40, description="Where to go afterwards.")] = "",
) -> Response:
    """Go to the provider (OpenID Connect, authorization code with PKCE) and come back."""
    url, state = await service.people.provider.begin(page)
    response = RedirectResponse(url, 302, {"Cache-Control": "no-store"})
    # Lax: the way back from the provider is another site's.
    response.set_cookie(
        STATE_COOKIE, state, max_age=PATIENCE_S, path=CALLBACK, httponly=True, samesite="lax",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return response


@router.get(
    CALLBACK.removeprefix("/v1"), summary="Come back from the identity provider", status_code=302,
    response_class=RedirectResponse,
    responses=refusals() | _REDIRECT,
)  # fmt: skip
async def come_back(service: Served, request: Request) -> Response:
    """The provider sends people here; what went wrong is told on the sign-in page."""
    try:
        caller, page = await service.people.provider.finish(
            request.query_params, request.cookies.get(STATE_COOKIE, "")
        )
    except Problem as problem:
        response: Response = _to_page(f"/sign-in?{urlencode({'refused': problem.type.code})}")
    else:
        token, _ = await service.people.sessions.begin(caller)
        response = _to_page(page if page in HOME.values() else HOME[caller.role])
        set_session(request, response, token, _life_s(service))
    response.delete_cookie(STATE_COOKIE, path=CALLBACK)
    return response


def _to_page(where: str) -> Response:
    return RedirectResponse(where, 302, {"Cache-Control": "no-store"})


@router.get(
    "/session", summary="Who is signed in", response_model=SessionView,
    responses=refusals(*WITH_TOKEN, "store-unavailable"),
)  # fmt: skip
async def get_session(service: Served, request: Request, caller: Anyone) -> Response:
    """Role and vehicle of whoever sends the cookie or the token."""
    session = await service.people.sessions.find(_cookie(request))
    if session is None or "authorization" in request.headers:
        return answer(SessionView(caller.role, caller.vehicle_id, None, None))
    view = await _view(service, session)
    return answer(replace(view, vehicle_id=caller.vehicle_id))


@router.delete(
    "/session", summary="Sign out", status_code=204,
    responses=refusals(*WITH_TOKEN, "cross-site", "store-unavailable"),
)  # fmt: skip
async def sign_out(service: Served, request: Request, caller: Anyone) -> Response:
    """End the session, here and in the store; a bearer token just stays what it is."""
    await service.people.sessions.end(_cookie(request))
    response = Response(status_code=204)
    clear_session(request, response)
    return response


@router.post(
    "/session/password", summary="Change my password", response_model=SessionView,
    responses=refusals(*WITH_TOKEN, "cross-site", "sign-in-failed", "weak-password", "not-found",
                       *_WITH_TRIES),
)  # fmt: skip
async def change_password(
    service: Served, request: Request, caller: Anyone, body: PasswordChange
) -> Response:
    """Of the account that is signed in; its other sessions end.

    Saying the same again is refused, so no Idempotency-Key is asked for.
    """
    people = service.people
    session = await people.sessions.find(_cookie(request))
    if session is None or session.account_id is None:
        raise Problem("not-found")
    account = await people.accounts.find(session.account_id)
    assert account is not None  # a session does not outlive its account
    await people.limits.begin_try("password", account.account_id)
    if not await people.passwords.verify(account.password_hash, body.password):
        raise Problem("sign-in-failed")
    await people.limits.forgive("password", account.account_id)
    profile = account.profile
    password_hash = await people.passwords.hash(body.new_password, account.name)
    account = await people.accounts.change(account, profile, password_hash)
    people.sessions.look_anew()
    token, session = await people.begin(account)
    return await _signed_in(service, request, token, session)


@router.post(
    "/phone-codes", summary="A code to my phone", status_code=202, response_model=None,
    responses=refusals("wrong-phone", "not-sent", *_WITH_TRIES),
    tags=["rider"],
)  # fmt: skip
async def send_phone_code(service: Served, request: Request, body: PhoneCodeRequest) -> Response:
    """A text with six digits, valid for five minutes; one a minute, a few a day."""
    phone = as_e164(body.phone, service.settings.phone_country)
    language = negotiate(request.headers.get("accept-language", ""))
    await service.people.phone_codes.send(phone, _address(request), language)
    return Response(b"{}", 202, {"Cache-Control": "no-store"}, "application/json")


@router.post(
    "/phone-tokens", summary="A token for this phone number", status_code=201,
    response_model=TokenView, responses=refusals("wrong-phone", "wrong-code", *_WITH_TRIES),
    tags=["rider"],
)  # fmt: skip
async def create_phone_token(
    service: Served, request: Request, body: PhoneTokenRequest
) -> Response:
    """Bookings belong to the number, so they are there on any device that proves to have it."""
    phone = as_e164(body.phone, service.settings.phone_country)
    caller = await service.people.phone_codes.redeem(phone, body.code, _address(request))
    return show_token(service, caller)


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _cookie(request: Request) -> str:
    return request.cookies.get(session_cookie(request), "")


def _life_s(service: Service) -> int:
    return int(service.settings.session_hours * 3600)


async def _signed_in(service: Service, request: Request, token: str, session: Session) -> Response:
    view = await _view(service, session)
    response = Response(encode(view), 200, {"Cache-Control": "no-store"}, "application/json")
    set_session(request, response, token, _life_s(service))
    return response


async def _view(service: Service, session: Session) -> SessionView:
    name = None
    if session.account_id is not None:
        account = await service.people.accounts.find(session.account_id)
        name = account.name if account is not None else None
    return SessionView(session.role, session.vehicle_id, name, session.ends_at)
