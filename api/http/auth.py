"""Who may do what: signed tokens, sessions, roles, and the dependency that each endpoint names.

Rule: a token or a session says who somebody is (an opaque subject), in which role, until when.
Whether they may see one booking is decided by ownership, not by knowing its id.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from hmac import digest as hmac_digest
from typing import Annotated, Any

import jwt
from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from api.http.cookies import check_origin, session_cookie
from api.http.errors import Problem
from api.http.roster import with_vehicle

ALGORITHM = "HS256"
AUDIENCE = "sokcho-transit"


class Role(StrEnum):
    """What somebody is to the service."""

    RIDER = "rider"
    REPRESENTATIVE = "representative"  # books for others: a care home, family, a hotel
    DRIVER = "driver"
    DISPATCHER = "dispatcher"
    PLANNER = "planner"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request. ``subject`` is opaque; ``vehicle_id`` is a driver's own vehicle."""

    subject: str
    role: Role
    vehicle_id: str | None = None

    @property
    def sees_all(self) -> bool:
        """Whether the bookings of everybody are this caller's work."""
        return self.role in (Role.DISPATCHER, Role.ADMIN)

    def owns(self, owner: str) -> bool:
        """Whether a booking made by ``owner`` may be read and changed."""
        return self.sees_all or self.subject == owner

    def drives(self, vehicle_id: str) -> bool:
        """Whether the caller may act for this vehicle."""
        return self.sees_all or (self.role is Role.DRIVER and self.vehicle_id == vehicle_id)


def derive_key(secret: bytes, purpose: str) -> bytes:
    """Return the key for one purpose, so that a token is never taken for an offer."""
    return hmac_digest(secret, purpose.encode(), "sha256")


class Tokens:
    """Issues and opens the signed tokens (RFC 7519, HMAC with SHA-256) of one service.

    Parameters
    ----------
    secret
        The service's secret.
    now
        Wall clock, aware; never the accelerated clock of a demo.
    """

    def __init__(self, secret: bytes, now: Callable[[], datetime]) -> None:
        self._key = derive_key(secret, "tokens")
        self._now = now
        # A signature stays valid or not; only the expiry has to be looked at each time.
        self._opened = lru_cache(maxsize=4096)(self._open)

    def issue(self, caller: Caller, lifetime: timedelta) -> tuple[str, datetime]:
        """Return a token for ``caller`` and when it ends."""
        expires_at = self._now().replace(microsecond=0) + lifetime
        claims: dict[str, Any] = {
            "sub": caller.subject,
            "role": caller.role.value,
            "aud": AUDIENCE,
            "exp": int(expires_at.timestamp()),
        }
        if caller.vehicle_id is not None:
            claims["vehicle_id"] = caller.vehicle_id
        return jwt.encode(claims, self._key, ALGORITHM), expires_at

    def open(self, token: str) -> Caller:
        """Return who holds ``token``.

        Raises
        ------
        Problem
            ``unauthorised`` if it was not signed here, was changed, or has ended.
        """
        caller, expires = self._opened(token)
        if caller is None or self._now().timestamp() >= expires:
            raise Problem("unauthorised")
        return caller

    def _open(self, token: str) -> tuple[Caller | None, int]:
        try:
            claims = jwt.decode(
                token,
                self._key,
                [ALGORITHM],
                audience=AUDIENCE,
                options={"require": ["exp", "sub", "aud"], "verify_exp": False},
            )
            caller = Caller(claims["sub"], Role(claims["role"]), claims.get("vehicle_id"))
            return caller, int(claims["exp"])
        except (jwt.InvalidTokenError, KeyError, ValueError):
            return None, 0


def device_subject(random: bytes) -> str:
    """Return an opaque subject for a device that nobody needs to be known by."""
    return f"device:{blake2b(random, digest_size=12).hexdigest()}"


class Allowed(HTTPBearer):
    """Dependency of an endpoint: its caller, who must have one of ``roles`` (or be an admin)."""

    def __init__(self, *roles: Role) -> None:
        super().__init__(
            scheme_name="token",
            bearerFormat="JWT",
            description=(
                "From POST /v1/device-tokens or /v1/phone-tokens for riders, `sokcho token` for"
                " scripts. Pages of staff send the session cookie of POST /v1/sign-in instead."
            ),
            auto_error=False,
        )
        self.roles = (*roles, Role.ADMIN)

    async def __call__(self, request: Request) -> Caller:  # type: ignore[override]
        """Return the caller.

        Raises
        ------
        Problem
            ``unauthorised`` without a valid token or session, ``forbidden`` in another role,
            ``cross-site`` where a session's cookie comes with the request of another site.
        """
        caller = with_vehicle(await _caller_of(request), request.app.state.service)
        if caller.role not in self.roles:
            raise Problem("forbidden", {"roles": [role.value for role in self.roles]})
        return caller


async def _caller_of(request: Request) -> Caller:
    """Who sends a request: by bearer token, or else by the cookie of a session."""
    service = request.app.state.service
    if "authorization" in request.headers:
        scheme, _, token = request.headers["authorization"].partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Problem("unauthorised")
        caller: Caller = service.tokens.open(token.strip())
        return caller
    cookie = request.cookies.get(session_cookie(request))
    session = await service.people.sessions.find(cookie) if cookie else None
    if session is None:
        raise Problem("unauthorised")
    check_origin(request)
    holder: Caller = session.caller
    return holder


_R = Role
Anyone = Annotated[Caller, Depends(Allowed(*Role))]
Admin = Annotated[Caller, Depends(Allowed())]
Booker = Annotated[Caller, Depends(Allowed(_R.RIDER, _R.REPRESENTATIVE, _R.DISPATCHER))]
Carer = Annotated[Caller, Depends(Allowed(_R.REPRESENTATIVE, _R.DISPATCHER))]
Driver = Annotated[Caller, Depends(Allowed(_R.DRIVER, _R.DISPATCHER))]
Dispatcher = Annotated[Caller, Depends(Allowed(_R.DISPATCHER))]
Analyst = Annotated[Caller, Depends(Allowed(_R.DISPATCHER, _R.PLANNER))]
BookingReader = Annotated[
    Caller, Depends(Allowed(_R.RIDER, _R.REPRESENTATIVE, _R.DRIVER, _R.DISPATCHER))
]
