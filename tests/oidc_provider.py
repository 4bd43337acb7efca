"""A small real OpenID provider on Authlib's server side: discovery, keys, PKCE, ID tokens.

Whoever comes is signed in at once as `claims` say. It refuses a wrong verifier, redirect address,
client secret or a code that was used, as any provider does.
"""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, InvalidGrantError, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask, jsonify, request
from jwt.algorithms import RSAAlgorithm
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "sokcho", "a-secret-of-the-provider"


@dataclass
class Provider:
    """What the provider knows, and what a test makes of it."""

    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "kim", "roles": ["dispatcher"]})
    #: Claims of the ID token that are to be wrong.
    wrong: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, "_Code"] = field(default_factory=dict)
    redirect_uri: str = ""
    url: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    signing_key: rsa.RSAPrivateKey | None = None

    def id_token(self, nonce: str) -> str:
        """A signed ID token."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 60, "nonce": nonce}
        everything = {**claims, **self.claims, **self.wrong}
        kept = {name: value for name, value in everything.items() if value is not None}
        return jwt.encode(kept, self.signing_key or self.key, "RS256", {"kid": "one"})


@dataclass
class _Code:
    code: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    code_challenge_method: str

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


class _Client(ClientMixin):
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self._provider.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self._provider.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(client_secret, CLIENT_SECRET)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


def _grant(provider: Provider) -> type[grants.AuthorizationCodeGrant]:
    class Grant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

        def save_authorization_code(self, code: str, asked: Any) -> None:
            data = asked.payload.data
            provider.codes[code] = _Code(
                code, asked.payload.redirect_uri, asked.payload.scope, data["nonce"],
                data["code_challenge"], data["code_challenge_method"],
            )  # fmt: skip

        def query_authorization_code(self, code: str, client: Any) -> _Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, code: _Code) -> None:
            del provider.codes[code.code]

        def authenticate_user(self, code: _Code) -> str:
            if not code:
                raise InvalidGrantError
            self.nonce = code.nonce
            return str(provider.claims["sub"])

        def create_token_response(self) -> Any:
            status, token, headers = super().create_token_response()
            return status, {**token, "id_token": provider.id_token(self.nonce)}, headers

    return Grant


def _app(provider: Provider) -> Flask:
    app = Flask(__name__)
    server = AuthorizationServer(
        app, query_client=lambda client_id: _Client(provider) if client_id == CLIENT_ID else None,
        save_token=lambda token, asked: None,
    )  # fmt: skip
    server.register_grant(_grant(provider), [CodeChallenge(required=True)])

    @app.get("/.well-known/openid-configuration")
    def discover() -> Any:
        return jsonify(
            issuer=provider.url,
            authorization_endpoint=f"{provider.url}/authorize",
            token_endpoint=f"{provider.url}/token",
            jwks_uri=f"{provider.url}/keys",
        )

    @app.get("/keys")
    def keys() -> Any:
        public = RSAAlgorithm.to_jwk(provider.key.public_key(), as_dict=True)
        return jsonify(keys=[{**public, "kid": "one", "use": "sig", "alg": "RS256"}])

    @app.get("/authorize")
    def authorize() -> Any:
        grant = server.get_consent_grant(end_user="kim")
        return server.create_authorization_response(request=request, grant_user="kim", grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    return app


@contextmanager
def provided() -> Iterator[Provider]:
    """A provider that runs."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, _app(provider), threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
