"""How a request changes something: one idempotent command through the area's loop.

Rule: a router never touches a state. It names a command, says how the answer reads off the
committed state, and everything else (repeats, versions, refusals, a client that hangs up)
happens here.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from starlette.responses import Response

from api.http.assets import etag_of, matches
from api.http.auth import Caller
from api.http.errors import Problem, rejection
from api.live.deciding import AnswerOf, Outcome
from api.live.loop import AreaLoop
from api.service import Service
from api.store.errors import IdempotencyInFlight, IdempotencyMismatch
from api.store.records import Answer, Contact, Idempotency
from routing.dispatch.commands import Command
from routing.dispatch.events import Event
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import DayState

#: Body of a resource, as read off a state that is about to be durable.
Render = Callable[[DayState], bytes]
Refuse = Callable[[Rejected], Problem]

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        description="New and unique for each wish, such as a UUID; the same for its repeats.",
        examples=["0b7e7dee-87b8-4d3a-9a1b-0d0f0c5f4c11"],
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=256,
        description="ETag of the version that was read; another version is refused with 412.",
    ),
]


@dataclass(frozen=True, slots=True)
class Act:
    """One request that is to change something."""

    loop: AreaLoop
    key: str
    digest: str

    async def submit(
        self,
        caller: Caller,
        service_date: str,
        command: Command,
        render: Render,
        *,
        status: int = 200,
        headers: tuple[tuple[str, str], ...] = (),
        contact: Contact | None = None,
        refuse: Refuse = rejection,
    ) -> Response:
        """Have ``command`` decided and made durable, and answer with what ``render`` shows.

        Parameters
        ----------
        caller
            Who asks; keys of different callers never meet.
        service_date
            The day whose state the command is for.
        command
            The wish.
        render
            The answer's body, from the state after the command.
        status
            Status of the answer where the wish is granted.
        headers
            Further headers of that answer.
        contact
            Contact of the rider, for the vault.
        refuse
            The problem that a refusal becomes.

        Returns
        -------
        Response
            What is also given to every repeat of the request.

        Raises
        ------
        Problem
            If the wish was refused, or the key is in use.
        """
        work = self.loop.submit(
            service_date,
            command,
            idempotency=self.idempotency(caller),
            answer=_answering(render, status, headers),
            contact=contact,
        )
        return await _settle(work, refuse)

    async def submit_pair(
        self,
        caller: Caller,
        first: tuple[str, Command],
        second: tuple[str, Command],
        render: Render,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        contact: Contact | None = None,
    ) -> Response:
        """As `submit`, for two commands on two days: both are granted, or neither."""
        work = self.loop.submit_pair(
            first,
            second,
            idempotency=self.idempotency(caller),
            answer=_answering(render, 200, headers),
            contact=contact,
        )
        return await _settle(work, rejection)

    def idempotency(self, caller: Caller) -> Idempotency:
        """The request as its caller named it."""
        return Idempotency(caller.subject, self.key, self.digest)


def _answering(render: Render, status: int, headers: tuple[tuple[str, str], ...]) -> AnswerOf:
    def answer(decision: tuple[Event, ...] | Rejected, state: DayState) -> Answer:
        body = b"" if isinstance(decision, Rejected) else render(state)
        return Answer(status, body, (("ETag", etag_of(body)), *headers))

    return answer


async def _settle(work: Coroutine[Any, Any, Outcome], refuse: Refuse) -> Response:
    try:
        # A client that hangs up does not undo what is being written.
        outcome = await asyncio.shield(asyncio.ensure_future(work))
    except IdempotencyInFlight:
        raise Problem("idempotency-key-in-flight", headers={"Retry-After": "1"}) from None
    except IdempotencyMismatch:
        raise Problem("idempotency-key-mismatch") from None
    if isinstance(outcome.decision, Rejected):
        raise refuse(outcome.decision)
    assert outcome.answer is not None
    return _response(outcome.answer)


def _response(answer: Answer) -> Response:
    headers = {"Cache-Control": "no-store", **dict(answer.headers)}
    return Response(answer.body, answer.status, headers, "application/json")


async def _act(request: Request, key: IdempotencyKey) -> Act:
    digest = blake2b(digest_size=16)
    digest.update(f"{request.method} {request.url.path}\n".encode())
    digest.update(await request.body())
    return Act(request.app.state.service.loop, key, digest.hexdigest())


Acting = Annotated[Act, Depends(_act)]


async def check_version(
    service: Service, act: Act, caller: Caller, if_match: str | None, *current: Callable[[], bytes]
) -> None:
    """Compare If-Match to what the client would read now, unless the request is a repeat.

    Parameters
    ----------
    service
        The area.
    act
        The request.
    caller
        Who asks.
    if_match
        The header, if it was sent.
    *current
        The resources that it may be of, as they are now; one that matches is enough.

    Raises
    ------
    Problem
        ``stale-version`` if the resource has moved on.
    """
    if if_match is None or any(matches(if_match, etag_of(body())) for body in current):
        return
    if await service.store.find_answer(act.idempotency(caller)) is None:
        raise Problem("stale-version")
