"""Anonymous tokens for riders; staff have theirs from the operator."""

import secrets
from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import Response

from api.http.auth import Caller, Role, device_subject
from api.http.responses import encode, refusals
from api.schemas.tokens import TokenView
from api.service import Served, Service

router = APIRouter(prefix="/v1", tags=["rider"])


@router.post(
    "/device-tokens", summary="A token for this device", status_code=201,
    response_model=TokenView, responses=refusals(),
)  # fmt: skip
async def create_device_token(service: Served) -> Response:
    """Nobody needs to say who they are to ride. Keep the token: bookings belong to it.

    Nothing is stored, so a repeat does no harm and no Idempotency-Key is asked for.
    """
    return show_token(service, Caller(device_subject(secrets.token_bytes(16)), Role.RIDER))


def show_token(service: Service, caller: Caller) -> Response:
    """Answer with a token of a rider."""
    lifetime = timedelta(days=service.settings.rider_token_days)
    token, expires_at = service.tokens.issue(caller, lifetime)
    view = TokenView(token, caller.role.value, expires_at)
    return Response(encode(view), 201, {"Cache-Control": "no-store"}, "application/json")
