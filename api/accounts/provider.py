"""Sign-in of staff through the operator's own identity provider.

Sources: OpenID Connect Core 1.0 (authorization code flow, ID token validation 3.1.3.7), Discovery
1.0, RFC 7636 (PKCE), RFC 9207 (issuer in the answer). PyJWT checks the token's signature and
claims; the two requests of the flow stand here, and which claim is a role.
"""

import asyncio
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
import jwt
import msgspec

from api.http.auth import Caller, Role
from api.http.errors import Problem
from api.settings import Settings, SettingsError
from api.store.store import Store

#: A sign-in that takes longer is begun anew.
PATIENCE_S = 600
_TIMEOUT_S = 8.0
_LEEWAY_S = 60
#: Asymmetric signatures only: a client secret is no key of the provider.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
#: Who has several roles acts in the first of these.
_PRECEDENCE = (Role.ADMIN, Role.DISPATCHER, Role.PLANNER, Role.DRIVER, Role.REPRESENTATIVE)
CALLBACK = "/v1/sign-in/provider/callback"


@dataclass(frozen=True, slots=True)
class _Begun:
    """A sign-in that is at the provider."""

    verifier: str
    nonce: str
    page: str


class Provider:
    """The identity provider of the settings.

    Parameters
    ----------
    settings
        Issuer, client and claims.
    store
        Keeps sign-ins that are under way.
    """

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._discovered: dict[str, Any] | None = None
        self._keys: jwt.PyJWKSet | None = None
        self._asking = asyncio.Lock()
        if settings.oidc_issuer:
            _check(settings)

    @property
    def is_there(self) -> bool:
        """Whether the operator has named a provider."""
        return bool(self._settings.oidc_issuer)

    async def begin(self, page: str) -> tuple[str, str]:
        """Start a sign-in.

        Parameters
        ----------
        page
            Where the person wanted to go.

        Returns
        -------
        tuple of str and str
            The provider's address to go to, and the state that this browser has to keep.

        Raises
        ------
        Problem
            ``not-found`` without a provider, ``provider-unavailable`` if it does not answer.
        """
        if not self.is_there:
            raise Problem("not-found")
        discovered = await self._discover()
        begun = _Begun(secrets.token_urlsafe(48), secrets.token_urlsafe(24), page)
        state = secrets.token_urlsafe(24)
        challenge = urlsafe_b64encode(sha256(begun.verifier.encode()).digest()).rstrip(b"=")
        query = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid profile",
            "state": state,
            "nonce": begun.nonce,
            "code_challenge": challenge.decode(),
            "code_challenge_method": "S256",
        }
        with self._store.reach() as redis:
            await redis.set(self._name(state), msgspec.json.encode(begun), ex=PATIENCE_S)
        endpoint = discovered["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}", state

    async def finish(self, answer: Mapping[str, str], kept_state: str) -> tuple[Caller, str]:
        """Return who came back from the provider, and the page that they wanted.

        Parameters
        ----------
        answer
            Query of the callback.
        kept_state
            The state that this browser kept: an answer to another browser's sign-in is refused.

        Raises
        ------
        Problem
            ``sign-in-failed`` if the answer is none to a sign-in of this browser, or not from the
            provider; ``no-role`` if the person has no role here; ``provider-unavailable``.
        """
        begun = await self._take(answer.get("state", ""), kept_state)
        discovered = await self._discover()
        if (
            not answer.get("code")
            or answer.get("iss", discovered["issuer"]) != discovered["issuer"]
        ):
            raise Problem("sign-in-failed")
        token = await self._exchange(discovered, answer["code"], begun)
        claims = await self._open(discovered, token, begun)
        return self._caller(claims), begun.page

    async def _take(self, state: str, kept_state: str) -> _Begun:
        """The sign-in that ``state`` names; it can be taken once."""
        if not state or not compare_digest(state.encode(), kept_state.encode()):
            raise Problem("sign-in-failed")
        with self._store.reach() as redis:
            record = await redis.getdel(self._name(state))
        if record is None:
            raise Problem("sign-in-failed")
        return msgspec.json.decode(record, type=_Begun)

    async def _exchange(self, discovered: dict[str, Any], code: str, begun: _Begun) -> str:
        settings = self._settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "client_id": settings.oidc_client_id,
            "code_verifier": begun.verifier,
        }
        secret = settings.oidc_client_secret
        # RFC 6749, 2.3.1: both are form-encoded before they become a Basic header.
        parts = (settings.oidc_client_id, secret.get_secret_value() if secret else "")
        auth = httpx.BasicAuth(*map(quote_plus, parts)) if secret else httpx.Auth()
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
                answer = await client.post(discovered["token_endpoint"], data=form, auth=auth)
        except httpx.HTTPError:
            raise Problem("provider-unavailable") from None
        if answer.is_server_error:
            raise Problem("provider-unavailable")
        return _id_token(answer)

    async def _open(self, discovered: dict[str, Any], token: str, begun: _Begun) -> dict[str, Any]:
        client_id = self._settings.oidc_client_id
        try:
            key = await self._key(discovered, token)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(_ALGORITHMS),
                audience=client_id,
                issuer=discovered["issuer"],
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )
        except jwt.PyJWTError:
            raise Problem("sign-in-failed") from None
        is_ours = compare_digest(str(claims["nonce"]).encode(), begun.nonce.encode())
        if not is_ours or claims.get("azp", client_id) != client_id:
            raise Problem("sign-in-failed")
        return claims

    async def _key(self, discovered: dict[str, Any], token: str) -> jwt.PyJWK:
        """The key that signed ``token``; unknown ones are asked for once, as keys are changed."""
        kid = jwt.get_unverified_header(token).get("kid")
        for is_new in (False, True):
            if is_new or self._keys is None:
                document = await self._get(discovered["jwks_uri"])
                self._keys = jwt.PyJWKSet.from_dict(document)
            for key in self._keys.keys:
                if kid is None or key.key_id == kid:
                    return key
        raise Problem("sign-in-failed")

    def _caller(self, claims: dict[str, Any]) -> Caller:
        settings = self._settings
        found = _claim(claims, settings.oidc_role_claim)
        names = {found} if isinstance(found, str) else set(found or ())
        role = next((role for role in _PRECEDENCE if role.value in names), None)
        if role is None:
            raise Problem("no-role")
        vehicle = _claim(claims, settings.oidc_vehicle_claim) if role is Role.DRIVER else None
        # The provider's own id of a person may be their name.
        who = sha256(f"{claims['iss']}\0{claims['sub']}".encode()).hexdigest()[:24]
        return Caller(f"staff:{who}", role, str(vehicle) if vehicle else None)

    async def _discover(self) -> dict[str, Any]:
        async with self._asking:
            if self._discovered is None:
                issuer = self._settings.oidc_issuer
                where = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
                document = await self._get(where)
                if document.get("issuer") != issuer:
                    raise Problem("provider-unavailable")
                self._discovered = document
            return self._discovered

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
                answer = await client.get(url)
                answer.raise_for_status()
                document: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError):
            raise Problem("provider-unavailable") from None
        return document

    @property
    def _redirect_uri(self) -> str:
        return f"{self._settings.public_url.rstrip('/')}{CALLBACK}"

    def _name(self, state: str) -> str:
        return self._store.keys.sign_in(sha256(state.encode()).hexdigest())


def _id_token(answer: httpx.Response) -> str:
    try:
        token = answer.json().get("id_token") if answer.is_success else None
    except (ValueError, AttributeError):
        token = None
    if not isinstance(token, str):
        raise Problem("sign-in-failed")
    return token


def _claim(claims: Mapping[str, Any], path: str) -> Any:
    """The claim at a dotted path, such as ``realm_access.roles``; None where there is none."""
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _check(settings: Settings) -> None:
    parts = urlsplit(settings.oidc_issuer)
    is_here = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts.scheme != "https" and not is_here:
        raise SettingsError("SOKCHO_OIDC_ISSUER: must be an https address")
    if not settings.oidc_client_id:
        raise SettingsError("SOKCHO_OIDC_CLIENT_ID is not set: the provider's id for this service")
    if not settings.public_url:
        raise SettingsError(
            "SOKCHO_PUBLIC_URL is not set: the address at which people reach this service, to which"
            " the provider sends them back"
        )
