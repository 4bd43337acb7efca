"""One-time codes to a rider's phone, so that bookings follow them to another device.

Rule: the number is known for the length of one request; the store has keyed hashes of number and
code, and no answer says whether a number is known.
"""

import re
import secrets
from hmac import compare_digest, digest

from api.accounts.limits import Limits
from api.http.auth import Caller, Role
from api.http.errors import Problem
from api.senders import SenderError, TextSender
from api.store.store import Store

N_DIGITS = 6
VALID_S = 300
#: Wrong codes before the code is void.
MAX_WRONG = 5
#: Texts to one number: one in this many seconds, and so many a day; texts from one address an hour.
PAUSE_S, PER_DAY, PER_ADDRESS = 60, 8, 30
_A_DAY_S, _AN_HOUR_S = 86_400, 3600

TEXTS = {
    "ko": "[속초 셔틀] 인증번호 {code} (5분간 유효). 다른 사람에게 알려 주지 마세요.",
    "en": "[Sokcho shuttle] Your code is {code}, valid for 5 minutes. Tell it to nobody.",
}


def as_e164(typed: str, country: str) -> str:
    """Return a number as the networks know it (ITU-T E.164).

    Parameters
    ----------
    typed
        As people write it, with or without blanks, hyphens and country code.
    country
        Country code of numbers that begin with a 0, without plus.

    Raises
    ------
    Problem
        ``wrong-phone`` if it is no number.
    """
    text = re.sub(r"[\s().-]", "", typed)
    text = re.sub(r"^00", "+", text)
    text = re.sub(r"^0", f"+{country}", text)
    if not re.fullmatch(r"\+[1-9]\d{7,14}", text):
        raise Problem("wrong-phone")
    return text


class PhoneCodes:
    """Sends codes and takes them back.

    Parameters
    ----------
    store
        The area's store.
    limits
        Slows down guesses.
    sender
        Brings the texts.
    key
        Hides numbers and codes in the store.
    """

    def __init__(self, store: Store, limits: Limits, sender: TextSender, key: bytes) -> None:
        self._store, self._limits, self._sender, self._key = store, limits, sender, key

    async def send(self, phone: str, address: str, language: str) -> None:
        """Send a new code, which voids an earlier one.

        Raises
        ------
        Problem
            ``too-many-tries`` if it is too soon; ``not-sent`` if the text could not be handed on.
        """
        await self._limits.spend("text-address", address, PER_ADDRESS, _AN_HOUR_S)
        await self._limits.spend("text-pause", phone, 1, PAUSE_S)
        await self._limits.spend("text-day", phone, PER_DAY, _A_DAY_S)
        code = f"{secrets.randbelow(10**N_DIGITS):0{N_DIGITS}}"
        name = self._name(phone)
        with self._store.reach() as redis:
            await redis.delete(name)
            await redis.hset(name, mapping={"code": self._hide(phone, code), "left": MAX_WRONG})
            await redis.expire(name, VALID_S)
        text = TEXTS.get(language, TEXTS["en"]).format(code=code)
        try:
            await self._sender.send(phone, text)
        except SenderError:
            raise Problem("not-sent") from None

    async def redeem(self, phone: str, code: str, address: str) -> Caller:
        """Return the rider whose phone got ``code``; a code works once.

        Raises
        ------
        Problem
            ``wrong-code`` if it is another, or too old, or was guessed at too often;
            ``too-many-tries`` where one address goes on trying.
        """
        await self._limits.begin_try("code-address", address, free=20)
        name = self._name(phone)
        with self._store.reach() as redis:
            if not await redis.exists(name) or int(await redis.hincrby(name, "left", -1)) < 0:
                raise Problem("wrong-code")
            known = await redis.hget(name, "code") or b""
            if not compare_digest(known, self._hide(phone, code)):
                raise Problem("wrong-code")
            if not await redis.delete(name):  # somebody was quicker with the same code
                raise Problem("wrong-code")
        await self._limits.give_back("code-address", address)
        return Caller(self.subject_of(phone), Role.RIDER)

    def subject_of(self, phone: str) -> str:
        """Return the opaque subject of whoever has this number (E.164)."""
        return f"phone:{self._digest('subject', phone)[:24]}"

    def _name(self, phone: str) -> str:
        return self._store.keys.phone_code(self._digest("number", phone)[:32])

    def _hide(self, phone: str, code: str) -> bytes:
        return self._digest("code", f"{phone}\0{code}").encode()

    def _digest(self, purpose: str, text: str) -> str:
        return digest(self._key, f"{purpose}\0{text}".encode(), "sha256").hex()
