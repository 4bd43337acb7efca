"""Offers as signed tokens: nothing is stored until one is booked.

Rule: what a rider sends back as an offer was made here, for that day and that fare, or it is
refused. Whether it can still be kept is for the dispatch core to say. One offer, one booking:
the id of the booking follows from the offer.
"""

import secrets
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hmac import compare_digest
from hmac import digest as hmac_digest

import msgspec

from api.http.auth import derive_key
from api.http.errors import Problem
from routing.dispatch.commands import Offer

_DIGEST = "sha256"
_MAC_BYTES = 32
_ID_BYTES = 10


@dataclass(frozen=True, slots=True)
class SignedOffer:
    """An offer, the service date that it is for, and what the party pays, in won."""

    service_date: str
    offer: Offer
    fare_won: int
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(_ID_BYTES))

    @property
    def booking_id(self) -> str:
        """Id of the booking that this offer becomes."""
        return _booking_id(self.nonce)


class OfferTokens:
    """Signs offers and opens them again.

    Parameters
    ----------
    secret
        The service's secret.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = derive_key(secret, "offers")
        self._decoder = msgspec.json.Decoder(SignedOffer)

    def sign(self, offer: SignedOffer) -> str:
        """Return the offer as an opaque text."""
        content = msgspec.json.encode(offer)
        return urlsafe_b64encode(self._mac(content) + content).decode()

    def open(self, token: str) -> SignedOffer:
        """Return the offer that was signed.

        Raises
        ------
        Problem
            ``invalid-offer`` if it was not signed here or was changed.
        """
        try:
            signed = urlsafe_b64decode(token)
        except ValueError:
            raise Problem("invalid-offer") from None
        content = signed[_MAC_BYTES:]
        if not compare_digest(signed[:_MAC_BYTES], self._mac(content)):
            raise Problem("invalid-offer")
        return self._decoder.decode(content)

    def _mac(self, content: bytes) -> bytes:
        return hmac_digest(self._key, content, _DIGEST)

    def booking_id(self, caller: str, key: str) -> str:
        """Id of a booking made without an offer: equal for a repeat of the same request."""
        named = f"{caller}\0{key}".encode()
        return _booking_id(hmac_digest(self._key, named, _DIGEST)[:_ID_BYTES])


def _booking_id(seed: bytes) -> str:
    return "b" + b32encode(seed).decode().lower()
