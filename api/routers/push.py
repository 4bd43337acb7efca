"""Which browsers are told what becomes of a rider's bookings when no page is open."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from api.http.auth import Booker
from api.http.errors import Problem
from api.http.responses import WITH_TOKEN, answer, refusals
from api.notify.records import Subscription
from api.notify.senders import are_keys, is_allowed
from api.schemas.push import PushKeyView, PushRequest, PushView
from api.service import Served

router = APIRouter(prefix="/v1", tags=["rider"])

#: The browser's own choice, new and opaque, so that a repeat does no harm.
SubscriptionId = Annotated[str, Path(min_length=8, max_length=64, pattern="^[A-Za-z0-9-]+$")]


@router.get("/push-key", summary="Key for push subscriptions", response_model=PushKeyView)
async def get_push_key(service: Served) -> Response:
    """The `applicationServerKey` that a browser subscribes with (VAPID, RFC 8292)."""
    return answer(PushKeyView(service.vapid.public_key), "public, max-age=3600")


@router.put(
    "/push-subscriptions/{subscription_id}", summary="Be told by push", response_model=PushView,
    responses=refusals(
        *WITH_TOKEN, "push-not-allowed", "store-unavailable", "payload-too-large",
        "unsupported-media-type",
    ),
)  # fmt: skip
async def put_push_subscription(
    service: Served, caller: Booker, subscription_id: SubscriptionId, body: PushRequest
) -> Response:
    """Tell this browser what becomes of this token's bookings, in its language."""
    hosts = service.settings.push_hosts
    if not is_allowed(body.endpoint, hosts) or not are_keys(body.keys.p256dh, body.keys.auth):
        raise Problem("push-not-allowed")
    subscription = Subscription(
        subscription_id, body.endpoint, body.keys.p256dh, body.keys.auth, body.language
    )
    await service.subscriptions.put(caller.subject, subscription)
    return answer(PushView(subscription_id, body.language))


@router.delete(
    "/push-subscriptions/{subscription_id}", summary="Be told no more", status_code=204,
    responses=refusals(*WITH_TOKEN, "store-unavailable"),
)  # fmt: skip
async def delete_push_subscription(
    service: Served, caller: Booker, subscription_id: SubscriptionId
) -> Response:
    """Forget this browser; nothing happens where it was not known."""
    await service.subscriptions.remove(caller.subject, subscription_id)
    return Response(status_code=204)
