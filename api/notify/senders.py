"""How a note leaves the house: to a browser's push service, or as a text to a phone.

Sources: RFC 8030 (Web Push), RFC 8188 and 8291 (encryption, by the library `http_ece`), RFC 8292
(VAPID). Rule: a note goes only to hosts that the operator allows, since the address comes from a
client; neither it nor any text gets into a log.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from typing import Protocol
from urllib.parse import urlsplit

import http_ece
import httpx
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.accounts.phone_codes import as_e164
from api.http.auth import derive_key
from api.http.errors import Problem
from api.notify.records import Note, NoteKind, Subscription
from api.notify.subscriptions import Subscriptions
from api.notify.words import words_of
from api.senders import SenderError, TextSender
from api.store.store import Store

_VAPID_LIFE_S = 12 * 3600
_TIMEOUT_S = 10.0
_URGENT = frozenset({NoteKind.APPROACHING, NoteKind.ARRIVED, NoteKind.LATE, NoteKind.DISRUPTED})
_GONE = frozenset({404, 410})


class Handed(Enum):
    """What became of handing a note over."""

    OVER = "over"
    NOBODY = "nobody"  # there is nobody to tell any more
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of handing a note over; ``wait_s`` as the receiver asked for."""

    handed: Handed
    wait_s: float = 0.0


class Sender(Protocol):
    """Hands notes over by one means."""

    async def send(self, note: Note, now: float) -> Result:
        """Hand one note over."""


class Vapid:
    """The key by which push services know this service; follows from its secret.

    Parameters
    ----------
    secret
        The service's secret.
    contact
        ``mailto:`` or ``https:`` address of the operator.
    """

    def __init__(self, secret: bytes, contact: str) -> None:
        # a private key is any number from 1 to the curve's order less 1 (SEC 1, 3.2.1)
        number = int.from_bytes(derive_key(secret, "vapid"), "big")
        order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
        self._key = ec.derive_private_key(number % (order - 1) + 1, ec.SECP256R1())
        self._contact = contact
        point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public_key = urlsafe_b64encode(point).decode().rstrip("=")

    def header(self, endpoint: str, now: float) -> str:
        """Return the Authorization header for a push service (RFC 8292, 3)."""
        url = urlsplit(endpoint)
        claims = {"aud": f"{url.scheme}://{url.netloc}", "exp": int(now) + _VAPID_LIFE_S}
        if self._contact:
            claims["sub"] = self._contact
        return f"vapid t={jwt.encode(claims, self._key, 'ES256')}, k={self.public_key}"


def is_allowed(endpoint: str, hosts: str) -> bool:
    """Whether notes may be sent there: a host that the operator allows, and in secret.

    A host with a port is for trials on one machine, and may be plain http.
    """
    try:
        url = urlsplit(endpoint)
        port = url.port
    except ValueError:
        return False
    if url.username is not None or url.fragment:
        return False
    allowed = [host.strip() for host in hosts.split(",") if host.strip()]
    if port is not None:
        return f"{url.hostname}:{port}" in allowed
    return url.scheme == "https" and any(fnmatchcase(url.hostname or "", each) for each in allowed)


def are_keys(p256dh: str, auth: str) -> bool:
    """Whether these are a browser's keys: a point of the curve P-256, and 16 bytes."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes_of(p256dh))
        return len(_bytes_of(auth)) == 16
    except ValueError:
        return False


def _bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class PushSender:
    """Hands notes to push services.

    Parameters
    ----------
    subscriptions
        Where browsers stand.
    vapid
        The service's key.
    hosts
        Hosts that notes may be sent to.
    client
        HTTP client; follows no redirect.
    """

    def __init__(
        self, subscriptions: Subscriptions, vapid: Vapid, hosts: str, client: httpx.AsyncClient
    ) -> None:
        self._subscriptions, self._vapid = subscriptions, vapid
        self._hosts, self._client = hosts, client

    async def send(self, note: Note, now: float) -> Result:
        """Encrypt a note for its browser, and hand it to the push service."""
        wanted = note.target.subscription_id
        known = await self._subscriptions.list_of(note.target.owner)
        found = next((each for each in known if each.subscription_id == wanted), None)
        if found is None or not is_allowed(found.endpoint, self._hosts):
            return Result(Handed.NOBODY)
        try:
            response = await self._post(note, found, now)
        except httpx.HTTPError:
            return Result(Handed.LATER)
        if response.status_code in _GONE:
            await self._subscriptions.remove(note.target.owner, wanted)
            return Result(Handed.NOBODY)
        return _result(response)

    async def _post(self, note: Note, browser: Subscription, now: float) -> httpx.Response:
        return await self._client.post(
            browser.endpoint,
            content=encrypt(payload(note, browser), browser),
            headers={
                "Authorization": self._vapid.header(browser.endpoint, now),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(max(0, int(note.expires - now))),
                "Topic": note.note_id[:32],
                "Urgency": "high" if note.kind in _URGENT else "normal",
            },
        )


def payload(note: Note, browser: Subscription) -> bytes:
    """Return what the browser is told, as JSON."""
    title, text = words_of(note, browser.language)
    return msgspec.json.encode(
        {
            "id": note.note_id,
            "kind": note.kind,
            "booking_id": note.booking_id,
            "title": title,
            "text": text,
            "language": browser.language,
        }
    )


def encrypt(content: bytes, browser: Subscription) -> bytes:
    """Return ``content`` for this browser's eyes only (RFC 8291)."""
    sealed: bytes = http_ece.encrypt(
        content,
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_bytes_of(browser.p256dh),
        auth_secret=_bytes_of(browser.auth),
        version="aes128gcm",
    )
    return sealed


def _result(response: httpx.Response) -> Result:
    if response.is_success:
        return Result(Handed.OVER)
    if response.status_code == 429 or response.is_server_error:
        asked = response.headers.get("retry-after", "")
        return Result(Handed.LATER, min(3600.0, float(asked)) if asked.isdigit() else 0.0)
    return Result(Handed.NOBODY)  # it will not be taken another time either


class PhoneTexts:
    """Hands notes as texts to the phones of guests, whose numbers are in the contact vault.

    Parameters
    ----------
    store
        The vault.
    sender
        What brings texts to phones.
    country
        Country code of numbers that begin with a 0.
    """

    def __init__(self, store: Store, sender: TextSender, country: str) -> None:
        self._store, self._sender, self._country = store, sender, country

    async def send(self, note: Note, now: float) -> Result:
        """Look the number up, and hand a text on."""
        contact = await self._store.find_contact(note.booking_id)
        if contact is None or not contact.phone:
            return Result(Handed.NOBODY)
        title, text = words_of(note, "ko")
        try:
            phone = as_e164(contact.phone, self._country)
            await self._sender.send(phone, f"[속초 트랜짓] {title}. {text}")
        except Problem:
            return Result(Handed.NOBODY)  # no number that a text can be sent to
        except SenderError:
            return Result(Handed.LATER)
        return Result(Handed.OVER)


def push_client() -> httpx.AsyncClient:
    """Return the HTTP client of a `PushSender`."""
    return httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False)
