"""Accounts of staff, for administrators; `sokcho account` does the same from a shell."""

from fastapi import APIRouter
from starlette.responses import Response

from api.accounts.accounts import Account, Profile
from api.http.auth import Admin, Role
from api.http.errors import Problem
from api.http.responses import WITH_TOKEN, answer, refusals
from api.schemas.common import PathId
from api.schemas.sign_in import AccountRequest, AccountsView, AccountView
from api.service import Served

router = APIRouter(prefix="/v1/accounts", tags=["admin"])


@router.get(
    "", summary="Accounts", response_model=AccountsView,
    responses=refusals(*WITH_TOKEN, "store-unavailable"),
)  # fmt: skip
async def list_accounts(service: Served, caller: Admin) -> Response:
    """Everybody with a local account, by name."""
    accounts = await service.people.accounts.list_all()
    return answer(AccountsView(tuple(map(_view, accounts))))


@router.put(
    "/{account_id}", summary="Make or change an account", response_model=AccountView,
    responses=refusals(*WITH_TOKEN, "cross-site", "account-exists", "account-mismatch",
                       "last-admin", "weak-password", "unknown-vehicle", "store-unavailable",
                       "unsupported-media-type"),
)  # fmt: skip
async def put_account(
    service: Served, caller: Admin, account_id: PathId, body: AccountRequest
) -> Response:
    """The id is the caller's choice, new and opaque, so a repeat does no harm.

    Fewer rights, or another password, end the sessions of the account at once.
    """
    people = service.people
    profile = Profile(body.name, Role(body.role), body.vehicle_id, body.disabled)
    profile.check()
    if body.vehicle_id not in (None, *(v.vehicle_id for v in service.area.fleet)):
        raise Problem("unknown-vehicle")
    known = await people.accounts.find(account_id)
    if known is None and body.password is None:
        raise Problem("account-mismatch")
    password_hash = None
    if body.password is not None:
        password_hash = await people.passwords.hash(body.password, body.name)
    if known is None:
        assert password_hash is not None
        account = await people.accounts.create(account_id, profile, password_hash)
    else:
        account = await people.accounts.change(known, profile, password_hash)
        people.sessions.look_anew()
    return answer(_view(account))


def _view(account: Account) -> AccountView:
    return AccountView(
        account.account_id,
        account.name,
        account.role,
        account.vehicle_id,
        account.disabled,
        account.changed_at,
    )
