"""Which language a client reads: Korean, unless it asks for English."""

from functools import lru_cache
from typing import Literal, NamedTuple

Language = Literal["ko", "en"]

LANGUAGES: tuple[Language, ...] = ("ko", "en")


class Text(NamedTuple):
    """The same words in every language of the service."""

    ko: str
    en: str

    def in_language(self, language: Language) -> str:
        """The words in ``language``."""
        return self.ko if language == "ko" else self.en


@lru_cache(maxsize=1024)
def negotiate(accept_language: str) -> Language:
    """Return the language that an Accept-Language header (RFC 9110, 12.5.4) likes best.

    Parameters
    ----------
    accept_language : str
        Value of the header, possibly empty or malformed.

    Returns
    -------
    Language
        Korean where the header names neither language or likes both the same.
    """
    liked: dict[str, float] = {}
    for item in accept_language.lower().split(","):
        name, _, parameter = item.partition(";")
        language = name.strip().split("-")[0]
        liked[language] = max(liked.get(language, 0.0), _quality(parameter))
    anything = liked.get("*", 0.0)
    return max(LANGUAGES, key=lambda language: liked.get(language, anything))


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
