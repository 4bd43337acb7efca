"""Previews, shared by the routers of a control room: what would happen, and only if it still holds.

Rule: the ETag of a preview is of its gist (who ends where, late by which minute), not of its
bytes, so that a busy day does not make it stale while nothing that matters has changed.
"""

from collections.abc import Callable

from starlette.responses import Response

from api.http.assets import etag_of
from api.http.auth import Caller
from api.http.errors import rejection
from api.http.responses import encode
from api.live.acting import Act, Render, check_version
from api.service import Service
from api.views.room import show_preview
from routing.dispatch.commands import Command
from routing.dispatch.network import Network
from routing.dispatch.preview import Preview, preview
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import DayState


async def preview_of(service: Service, state: DayState, command: Command) -> Response:
    """Answer with what ``command`` would do.

    Raises
    ------
    Problem
        If it would be refused.
    """
    network = await service.loop.network_for(state.service_date, command)
    found = _preview(service, state, command, network)
    if isinstance(found, Rejected):
        raise rejection(found)
    headers = {"ETag": etag_of(_gist(found)), "Cache-Control": "no-store"}
    body = encode(show_preview(service, state, found))
    return Response(body, 200, headers, "application/json")


async def gist_of(
    service: Service, state: DayState, command: Command, if_match: str | None
) -> tuple[Callable[[], bytes], ...]:
    """What If-Match is compared with, for `check_version`: nothing where none was sent."""
    network = await service.loop.network_for(state.service_date, command)
    if if_match is None:
        return ()

    def gist() -> bytes:
        """The gist of a preview made now."""
        found = _preview(service, state, command, network)
        return b"" if isinstance(found, Rejected) else _gist(found)

    return (gist,)


async def act_as_previewed(
    service: Service,
    act: Act,
    caller: Caller,
    state: DayState,
    command: Command,
    render: Render,
    if_match: str | None,
    *,
    status: int = 200,
) -> Response:
    """Have ``command`` done, if what was previewed still holds.

    Raises
    ------
    Problem
        ``stale-version`` if it does not, and whatever a refusal is.
    """
    gist = await gist_of(service, state, command, if_match)
    await check_version(service, act, caller, if_match, *gist)
    return await act.submit(caller, state.service_date, command, render, status=status)


def _preview(
    service: Service, state: DayState, command: Command, network: Network
) -> Preview | Rejected:
    now = max(service.loop.now(state.service_date), state.now)
    return preview(state, command, now, network)


def _gist(found: Preview) -> bytes:
    return encode(found.gist)
