"""A ride that fits nowhere as the plans stand is made room for, beside the loop."""

import asyncio
from dataclasses import replace

import pytest

from api.clocks.clock import FakeClock
from api.live.rescuer import MOST_WAITING, Rescuer
from api.store.records import Contact, Idempotency
from api.store.store import Store
from routing.dispatch import commands as cmd
from routing.dispatch.quote import quote
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.values import Actor, Cancellation, Party, Promise
from routing.drt.search import warm_up
from routing.policy import ServicePolicy
from tests.line_town import MINUTE, roster, town_loop
from tests.toy_rules import DATE, MORNING, answer_of

pytestmark = pytest.mark.anyio

NOW = 30_600
#: When both rides begin: SH2 can be at 2 by then, but only SH1 can be at 0 as well.
PICKUP = NOW + 4 * MINUTE
CANCELLED = Cancellation(Actor.RIDER, "changed-mind")
KEY = Idempotency("rider", "key", "digest")


def exact(booking_id: str, origin: int, destination: int, wait_s: int) -> cmd.ConfirmOffer:
    """An offer whose pickup may not be later than ``wait_s`` after `PICKUP`."""
    direct_s = abs(origin - destination) * MINUTE
    promise = Promise(PICKUP, PICKUP + wait_s, PICKUP + wait_s + direct_s + 5 * MINUTE)
    ends = cmd.StopChoice(origin), cmd.StopChoice(destination)
    times = PICKUP, PICKUP + direct_s, NOW + 600
    offer = cmd.Offer(*ends, Party(), promise, direct_s, direct_s + 5 * MINUTE, *times)
    return cmd.ConfirmOffer(booking_id, offer, "owner")


#: Cheapest with SH1, possible with SH2.
FIRST = exact("a", 2, 3, MINUTE)
#: Possible with SH1 alone, if it does nothing else.
SECOND = exact("b", 0, 1, 0)


def impatient(service_date: str) -> cmd.OpenDay:
    """The line town's day, with riders who do not wait."""
    return replace(roster(service_date), policy=ServicePolicy(max_wait_s=0))


@pytest.fixture
async def store(embedded_url, area):
    async with Store(area, url=embedded_url) as opened:
        yield opened


@pytest.fixture
def rescuer():
    warm_up()  # a kernel that is compiled within the search would use up its time
    rescuer = Rescuer(seconds=5)  # enough for a slow machine; a search ends when it has found
    yield rescuer
    rescuer.close()


@pytest.fixture
async def crowded(store, rescuer):
    """A loop that rescues, on whose first shuttle a rides."""
    loop = town_loop(store, FakeClock(MORNING), rescuer=rescuer, roster=impatient)
    await loop.start()
    await loop.submit(DATE, FIRST)
    assert vehicles_of(loop) == {"a": "SH1"}
    yield loop
    await loop.close()


def vehicles_of(loop):
    return {name: b.vehicle_id for name, b in loop.committed(DATE).bookings.items()}


def reason_of(outcome):
    return outcome.decision.reason if isinstance(outcome.decision, Rejected) else None


async def test_others_are_moved_within_what_they_were_promised(crowded):
    assert reason_of(await crowded.submit(DATE, SECOND)) is None
    assert vehicles_of(crowded) == {"a": "SH2", "b": "SH1"}


async def test_without_a_rescuer_the_refusal_stands(store):
    loop = town_loop(store, FakeClock(MORNING))
    await loop.start()
    await loop.submit(DATE, FIRST)
    assert reason_of(await loop.submit(DATE, SECOND)) is RejectReason.STALE_OFFER
    await loop.close()


async def test_a_repeat_of_a_rescued_request_is_answered_alike(crowded, store):
    contact = Contact("김속초", "010-0000-0000")
    first = await crowded.submit(DATE, SECOND, idempotency=KEY, answer=answer_of, contact=contact)
    again = await crowded.submit(DATE, SECOND, idempotency=KEY, answer=answer_of)
    assert not first.replayed
    assert again.replayed
    assert again.answer == first.answer
    assert await store.find_contact("b") == contact


async def test_the_log_of_a_rescue_folds_to_the_same_state(crowded, store):
    await crowded.submit(DATE, SECOND)
    assert (await store.load(DATE)).state == crowded.committed(DATE)


async def test_who_asks_is_promised_what_the_rescue_plans(crowded, rescuer):
    request = cmd.RideRequest(
        (SECOND.offer.origin,), (SECOND.offer.destination,), depart_from=PICKUP
    )
    state, network = crowded.committed(DATE), crowded.network(DATE)
    refused = quote(state, request, NOW, network)
    assert isinstance(refused, Rejected)
    assert refused.reason is RejectReason.NO_ROOM
    offer = await rescuer.quote(state, request, NOW, network)
    assert offer is not None
    assert (offer.promise.pickup_earliest, offer.promise.pickup_latest) == (PICKUP, PICKUP)
    taken = await crowded.submit(DATE, cmd.ConfirmOffer("b", offer, "owner"))
    assert reason_of(taken) is None
    assert vehicles_of(crowded) == {"a": "SH2", "b": "SH1"}


async def test_a_rescue_that_came_too_late_changes_nothing(crowded, monkeypatch):
    class MovedOn(Rescuer):
        async def find(self, state, wish, now, network):
            found = await super().find(state, wish, now, network)
            assert found is not None
            await crowded.submit(DATE, cmd.CancelRide("a", CANCELLED))
            await crowded.submit(DATE, exact("d", 0, 1, 0))
            return found

    late = MovedOn(seconds=5)
    monkeypatch.setattr(crowded, "_rescuer", late)
    assert reason_of(await crowded.submit(DATE, SECOND)) is RejectReason.STALE_OFFER
    assert vehicles_of(crowded)["d"] == "SH1"
    late.close()


async def test_a_crowd_of_refusals_is_not_searched_for(crowded, rescuer):
    state, network = crowded.committed(DATE), crowded.network(DATE)
    hopeless = exact("h", 0, 5, 0)
    hopeless = replace(hopeless, offer=replace(hopeless.offer, max_ride_s=1))
    quick = Rescuer(seconds=0.2)
    searches = [
        asyncio.ensure_future(quick.find(state, hopeless, NOW, network))
        for _ in range(MOST_WAITING + 1)
    ]
    done, _ = await asyncio.wait(searches, timeout=0.1)
    assert searches[-1] in done  # the last one was turned away at once
    await asyncio.gather(*searches)
    quick.close()
