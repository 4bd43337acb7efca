"""Signing in: what a person types, and what comes back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from api.http.auth import Role
from api.schemas.common import Id, RequestModel

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
Password = Annotated[str, Field(min_length=1, max_length=128)]
Code = Annotated[str, Field(min_length=1, max_length=40)]
Phone = Annotated[str, Field(min_length=5, max_length=30)]
StaffRole = Literal["representative", "driver", "dispatcher", "planner", "admin"]


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo, which everybody may use."""

    name: str
    password: str
    role: Role
    vehicle_id: str | None


@dataclass(frozen=True, slots=True)
class SignInWays:
    """How people can sign in here."""

    provider: bool
    needs_first_admin: bool
    demo_accounts: tuple[DemoAccount, ...]


class SignInRequest(RequestModel):
    """Name and password of an account."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "driver-1", "password": "correct horse battery staple"}]
        }
    )

    name: Name
    password: Password


class FirstAdminRequest(RequestModel):
    """The code that the service's console shows, and the account to make."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "code": "0f3a-91bc-77de-04aa",
                    "name": "admin",
                    "password": "correct horse battery staple",
                }
            ]
        }
    )

    code: Code
    name: Name
    password: Password


@dataclass(frozen=True, slots=True)
class SessionView:
    """Who is signed in. ``name`` and ``ends_at`` are None for a token's holder."""

    role: Role
    vehicle_id: str | None
    name: str | None
    ends_at: datetime | None


class PasswordChange(RequestModel):
    """The password as it is, and as it shall be."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"password": "what it was until now", "new_password": "correct horse battery"}
            ]
        }
    )

    password: Password
    new_password: Password


class PhoneCodeRequest(RequestModel):
    """The phone that is to get a code."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"phone": "010-1234-5678"}]})

    phone: Phone


class PhoneTokenRequest(RequestModel):
    """The phone and the code that it got."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"phone": "010-1234-5678", "code": "482913"}]}
    )

    phone: Phone
    code: Code


class AccountRequest(RequestModel):
    """An account as an administrator wants it; without a password it keeps the one it has."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "driver-1",
                    "role": "driver",
                    "vehicle_id": "SH1",
                    "password": "correct horse battery staple",
                }
            ]
        }
    )

    name: Name
    role: StaffRole
    vehicle_id: Id | None = None
    password: Password | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account, its password never."""

    account_id: str
    name: str
    role: Role
    vehicle_id: str | None
    disabled: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class AccountsView:
    """Every account, by name."""

    accounts: tuple[AccountView, ...]
