"""What the environment decides, read once by the composition root and passed on."""

import os
import secrets
from pathlib import Path
from typing import Any, Literal

import platformdirs
from pydantic import AliasChoices, AwareDatetime, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from routing.errors import SokchoError

#: The area file that comes with the project.
SOKCHO = Path(__file__).parents[1] / "gtfs" / "sokcho" / "area.toml"

SECRET_FILE = "secret"
MIN_SECRET_LENGTH = 32


class SettingsError(SokchoError):
    """The service cannot start with these settings; the message says which and what to do."""

    code = "settings_invalid"


class Settings(BaseSettings):
    """Settings of one service process; each is the environment variable SOKCHO_<NAME>.

    The one exception is ``REDIS_URL``, which keeps the name that every host knows.
    """

    model_config = SettingsConfigDict(
        env_prefix="SOKCHO_", frozen=True, populate_by_name=True, extra="forbid"
    )

    area: Path = Field(SOKCHO, description="Area file (TOML) of the city to serve.")
    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("sokcho-transit"),
        description="Folder of the embedded store, the compiled feed and the generated secret.",
    )
    redis_url: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("REDIS_URL", "SOKCHO_REDIS_URL"),
        description="Redis or Valkey server to use instead of the embedded store.",
    )
    allow_volatile_store: bool = Field(
        False, description="Accept a REDIS_URL server that may lose acknowledged bookings."
    )
    secret: SecretStr | None = Field(
        None, description="Key that signs tokens and offers, at least 32 characters."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    demo: bool = Field(False, description="Serve a demo day with simulated shuttles and riders.")
    demo_speed: float = Field(
        5.0, gt=0, le=600, description="Service seconds that pass in one second of a demo."
    )
    clock_at: AwareDatetime | None = Field(
        None, description="Let the service's clock begin here instead of now, for trials."
    )
    clock_speed: float = Field(
        1.0, gt=0, le=600, description="With CLOCK_AT: service seconds in a real second."
    )
    request_timeout_s: float = Field(10.0, gt=0, description="Longest time to answer a request.")
    max_body_bytes: int = Field(
        65_536, ge=1024, description="Largest request body that is accepted."
    )
    public_url: str = Field(
        "", description="Address at which people reach the service, such as https://ride.example."
    )
    trusted_proxies: str = Field(
        "127.0.0.1", description="Proxies whose word on scheme and client address is taken."
    )
    session_hours: float = Field(
        12.0, gt=0, le=168, description="Longest session of staff; 2 hours unused end it too."
    )
    oidc_issuer: str = Field(
        "", description="OpenID Connect provider at which staff sign in; none by default."
    )
    oidc_client_id: str = Field("", description="The provider's id for this service.")
    oidc_client_secret: SecretStr | None = Field(
        None, description="The provider's secret for this service; public clients have none."
    )
    oidc_role_claim: str = Field(
        "roles", description="Claim that holds the role, dotted where it is nested."
    )
    oidc_vehicle_claim: str = Field(
        "vehicle_id", description="Claim that holds the vehicle of a driver."
    )
    text_sender: str = Field(
        "console", description="What brings texts to phones, as module:name; prints by default."
    )
    push_hosts: str = Field(
        "fcm.googleapis.com,*.push.services.mozilla.com,*.notify.windows.com,web.push.apple.com",
        description="Hosts of push services that notes may be sent to, with commas; empty: none.",
    )
    push_contact: str = Field(
        "", description="Address (mailto: or https:) at which push services reach the operator."
    )
    phone_country: str = Field(
        "82", pattern=r"^\d{1,3}$", description="Country code of numbers that begin with a 0."
    )
    rider_token_days: int = Field(365, ge=1, description="Days for which a device token is valid.")
    realtime: SecretStr | None = Field(
        None,
        description="Sources of GTFS-Realtime, separated by blanks, in place of the area file's.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least severe log lines that are written."
    )

    @field_validator("secret")
    @classmethod
    def _is_strong(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            text = secret.get_secret_value()
            if len(text) < MIN_SECRET_LENGTH or len(set(text)) < MIN_SECRET_LENGTH // 4:
                raise ValueError(
                    "too short or too plain: use 32 or more random characters, for example from"
                    ' `python3 -c "import secrets; print(secrets.token_urlsafe(32))"`'
                )
        return secret


def load_settings(**chosen: Any) -> Settings:
    """Return the settings of the environment, with ``chosen`` ones before them.

    Parameters
    ----------
    **chosen : Any
        Settings by field name, for example from a command line.

    Returns
    -------
    Settings
        Valid settings.

    Raises
    ------
    SettingsError
        If a value cannot be used; the message names the variable and never its value.
    """
    try:
        return Settings(**chosen)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        variable = name if name == "REDIS_URL" else f"SOKCHO_{name.upper()}"
        raise SettingsError(f"{variable}: {first['msg']}") from None


def signing_secret(settings: Settings) -> tuple[bytes, bool]:
    """Return the secret that signs tokens, and whether it was generated just now.

    Without ``SOKCHO_SECRET`` one is generated, once, into the data folder.

    Parameters
    ----------
    settings : Settings
        The settings of this process.

    Returns
    -------
    tuple of bytes and bool
        The secret, and True where its file was written by this call.

    Raises
    ------
    SettingsError
        If several processes share a store and no secret was given to all of them, or the file
        cannot be written or is too short.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode(), False
    if settings.redis_url is not None and not settings.demo:
        raise SettingsError(
            "SOKCHO_SECRET is not set: processes that share a REDIS_URL must share a secret too;"
            " set it to 32 or more random characters"
        )
    path = settings.data_dir / SECRET_FILE
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return _read_or_create(path)
    except OSError as error:
        raise SettingsError(
            f"the secret cannot be kept in {path} ({error.strerror}); set SOKCHO_DATA_DIR to a"
            " folder that can be written, or set SOKCHO_SECRET"
        ) from error


def _read_or_create(path: Path) -> tuple[bytes, bool]:
    try:
        with open(path, "xb", opener=_private) as file:
            secret = secrets.token_urlsafe(MIN_SECRET_LENGTH).encode()
            file.write(secret)
            return secret, True
    except FileExistsError:
        secret = path.read_bytes().strip()
    if len(secret) < MIN_SECRET_LENGTH:
        raise SettingsError(f"{path} holds no usable secret; remove it to have a new one made")
    return secret, False


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
