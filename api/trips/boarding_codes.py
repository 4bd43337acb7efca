"""Boarding codes: four digits that a rider says and a driver enters.

Rule: a code follows from the booking and the service's secret, so nothing is stored, and it is
shown to the booking's owner only. Drivers get a digest, so that a code can be checked without a
connection; it keeps codes from being read off a screen, and is no secret from the device itself.
"""

from hashlib import sha256
from hmac import compare_digest, digest

from api.http.auth import derive_key

N_DIGITS = 4


class BoardingCodes:
    """The codes of one service.

    Parameters
    ----------
    secret
        The service's secret.
    """

    def __init__(self, secret: bytes) -> None:
        self._key = derive_key(secret, "boarding-codes")

    def of(self, booking_id: str) -> str:
        """Return the code of a booking."""
        number = int.from_bytes(digest(self._key, booking_id.encode(), "sha256")[:8], "big")
        return f"{number % 10**N_DIGITS:0{N_DIGITS}}"

    def check_of(self, booking_id: str) -> str:
        """Return what a device compares: the start of SHA-256 of ``booking_id:code``, in hex."""
        return sha256(f"{booking_id}:{self.of(booking_id)}".encode()).hexdigest()[:16]

    def is_right(self, booking_id: str, typed: str) -> bool:
        """Whether ``typed`` is the booking's code."""
        return compare_digest(self.of(booking_id).encode(), typed.strip().encode())
