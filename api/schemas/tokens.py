"""Tokens."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from pydantic import ConfigDict


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token to send as `Authorization: Bearer`."""

    token: str
    role: str
    expires_at: datetime

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "eyJhbGciOiJIUzI1NiJ9...",
                    "role": "rider",
                    "expires_at": "2027-11-23T08:31:00+00:00",
                }
            ]
        }
    )
