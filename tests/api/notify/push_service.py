"""A push service on this machine, and a browser that reads what comes from it.

The browser decrypts by the letter of RFC 8291 and RFC 8188, with nothing of the library that the
service encrypts by.
"""

import json
import secrets
import struct
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


class Browser:
    """One browser's subscription and its private key."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | None = None, auth: bytes = b"a" * 16):
        self.path = f"/{secrets.token_hex(8)}"
        self.key, self.auth = key or ec.generate_private_key(ec.SECP256R1()), auth
        self.public = self.key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": base64url(self.public), "auth": base64url(self.auth)}

    def decrypt(self, body: bytes) -> bytes:
        """Content of a message of one record."""
        salt, _, length = body[:16], *struct.unpack("!IB", body[16:21])
        server, sealed = body[21 : 21 + length], body[21 + length :]
        server_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), server)
        shared = self.key.exchange(ec.ECDH(), server_key)
        info = b"WebPush: info\0" + self.public + server
        secret = _hkdf(self.auth, shared, info, 32)
        key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None)
        return padded.rstrip(b"\0")[:-1]


@dataclass
class Pushed:
    """What the push service was sent."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """Takes messages; ``answers`` are the statuses to give to each browser, then 201."""

    port: int = 0
    got: list[Pushed] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)
    came: threading.Condition = field(default_factory=threading.Condition)

    def endpoint(self, browser: Browser) -> str:
        return f"http://127.0.0.1:{self.port}{browser.path}"

    def sent_to(self, browser: Browser) -> list[Pushed]:
        """What has come for a browser."""
        return [each for each in self.got if each.path == browser.path]

    def wait_for(self, browser: Browser, count: int, seconds: float = 40) -> list[Pushed]:
        """What has come for a browser, once there are ``count``."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.sent_to(browser)) >= count, seconds)
            return self.sent_to(browser)

    def notes(self, browser: Browser, count: int) -> list[dict[str, Any]]:
        """What a browser reads, once ``count`` have come."""
        return [json.loads(browser.decrypt(each.body)) for each in self.wait_for(browser, count)]


@contextmanager
def push_service() -> Iterator[PushService]:
    service = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with service.came:
                service.got.append(Pushed(self.path, dict(self.headers), body))
                waiting = service.answers.get(self.path)
                status = waiting.pop(0) if waiting else 201
                service.came.notify_all()
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield service
        server.shutdown()
