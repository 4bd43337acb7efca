"""Browsers that want to be told when no page is open (W3C Push API)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.schemas.common import RequestModel

_Key = Annotated[str, Field(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9_-]+$", repr=False)]


class PushKeys(RequestModel):
    """The browser's keys (RFC 8291), base64url without padding."""

    p256dh: _Key
    auth: _Key


class PushRequest(RequestModel):
    """A subscription as a browser gives it, and the language to be told in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "endpoint": "https://fcm.googleapis.com/fcm/send/dZ0example",
                    "keys": {
                        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-"
                        "AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
                        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
                    },
                    "language": "ko",
                }
            ]
        }
    )

    endpoint: str = Field(min_length=8, max_length=1024, repr=False)
    keys: PushKeys
    language: Literal["ko", "en", "ja", "zh"] = "ko"


@dataclass(frozen=True, slots=True)
class PushKeyView:
    """The key by which push services know this service (VAPID), base64url."""

    public_key: str


@dataclass(frozen=True, slots=True)
class PushView:
    """A browser that is told; its address is not given back."""

    subscription_id: str
    language: str
