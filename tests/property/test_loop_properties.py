"""Whatever is asked, in whatever order and company: the state is the fold of the log."""

import asyncio
import itertools
import random
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.clocks.clock import FakeClock
from api.store.records import Answer, Idempotency
from api.store.store import Store
from routing.dispatch import commands as cmd
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import DayState, commit
from routing.dispatch.values import Actor, Cancellation
from routing.dispatch.visits import visit_id
from routing.drt.model import VisitKind
from tests.line_town import MINUTE, PLACES, ride, town_loop
from tests.toy_rules import DATE, MORNING, NEXT

_areas = itertools.count()

BOOKINGS = [f"b{i}" for i in range(8)]
bookings = st.sampled_from(BOOKINGS)
places = st.integers(0, PLACES - 1)
vehicles = st.sampled_from(["SH1", "SH2", "SH9"])
visits = st.builds("{}.{}".format, bookings, st.sampled_from(["pickup", "dropoff"]))


@dataclass(frozen=True)
class Drive:
    """What the driver of a vehicle would do next, as things stand when it is asked."""

    vehicle_id: str

    def command(self, state: DayState) -> cmd.Command:
        plan = state.plans.get(self.vehicle_id)
        if plan is None or not plan.visits:
            return cmd.Tick()
        first = plan.visits[0]
        act = _NEXT_ACT[first.kind] if plan.standing else cmd.ArriveVisit
        return act(self.vehicle_id, visit_id(first, self.vehicle_id))


_NEXT_ACT = {
    VisitKind.PICKUP: cmd.BoardRider,
    VisitKind.DROPOFF: cmd.AlightRider,
    VisitKind.BREAK: cmd.FinishBreak,
}

commands = st.one_of(
    st.builds(
        ride,
        bookings,
        places,
        places,
        st.integers(30_600, 30_600 + 40 * MINUTE),
        passengers=st.integers(1, 6),
    ),
    st.builds(cmd.CancelRide, bookings, st.just(Cancellation(Actor.RIDER, "changed-mind"))),
    st.builds(Drive, vehicles),
    st.builds(Drive, vehicles),
    st.builds(cmd.ArriveVisit, vehicles, visits),
    st.builds(cmd.BoardRider, vehicles, visits),
    st.builds(cmd.AlightRider, vehicles, visits),
    st.builds(cmd.MoveRide, bookings, vehicles, st.just("dispatcher")),
    st.builds(cmd.LockAssignment, bookings, st.just("dispatcher")),
    st.builds(cmd.WithdrawVehicle, vehicles, places, st.booleans(), st.just("dispatcher")),
    st.builds(cmd.ReturnVehicle, vehicles, places, st.just("dispatcher")),
    st.just(cmd.Tick()),
)
asked = st.tuples(st.sampled_from([DATE, DATE, NEXT]), commands, st.none() | st.integers(0, 9))
steps = st.one_of(
    st.lists(asked, min_size=1, max_size=6),  # at once
    st.integers(1, 6 * MINUTE),  # time passes
    st.just("restart"),
)


@settings(max_examples=50)
@given(st.lists(steps, min_size=10, max_size=30))
def test_the_state_is_the_fold_of_the_log(embedded_url, story):
    asyncio.run(_check(embedded_url, story))


@pytest.mark.parametrize("seed", range(3))
def test_a_long_day_is_the_fold_of_its_log(embedded_url, seed):
    """A day that gets somewhere: rides are driven to their end, some fail on the way."""
    told = asyncio.run(_check(embedded_url, _long_story(random.Random(seed))))
    kinds = {type(event).__name__ for events in told for event in events}
    assert kinds >= {"RideBooked", "RiderBoarded", "RiderAlighted", "RideCancelled", "DutyChanged"}


def _long_story(rng):
    """Mostly bookings and driving, now and then a cancellation, a breakdown or a restart."""
    numbers = itertools.count()
    owner = Cancellation(Actor.RIDER, "changed-mind")
    now = 30_600

    def book():
        origin, destination = rng.sample(range(PLACES), 2)
        depart_from = now + rng.randrange(20 * MINUTE)
        return ride(f"n{next(numbers)}", origin, destination, depart_from)

    acts = {
        book: 6,
        lambda: Drive(rng.choice(["SH1", "SH2"])): 12,
        lambda: cmd.CancelRide(f"n{rng.randrange(40)}", owner): 2,
        lambda: cmd.WithdrawVehicle("SH2", rng.randrange(PLACES), True, "dispatcher"): 0.2,
        lambda: cmd.ReturnVehicle("SH2", rng.randrange(PLACES), "dispatcher"): 0.4,
    }
    story = []
    for _ in range(150):
        chosen = rng.choices(list(acts), list(acts.values()), k=rng.randrange(1, 5))
        story.append([(DATE, act(), None) for act in chosen])
        if rng.random() < 0.7:
            passed = rng.randrange(2 * MINUTE)
            now += passed
            story.append(passed)
        if rng.random() < 0.02:
            story.append("restart")
    return story


async def _check(url, story):
    clock = FakeClock(MORNING)
    async with Store(f"story-{next(_areas)}", url=url) as store:
        loop = town_loop(store, clock)
        await loop.start()
        told = []
        for step in story:
            if isinstance(step, int):
                clock.advance(step)
            elif step == "restart":
                await loop.close()
                loop = town_loop(store, clock)
                await loop.start()
                async with asyncio.timeout(60):
                    while not loop.ready:  # a machine that stalls lets a lease run out
                        await asyncio.sleep(0.1)
            else:
                told += await _ask_at_once(loop, step)
        await loop.close()  # the timer would go on writing while we compare
        for date in loop.list_dates():
            log = await store.read_events(date)
            state = DayState()
            for logged in log:
                state = commit(state, logged.events)
            assert loop.committed(date) == state
            assert (await store.load(date)).state == state
        logged_events = [
            logged.events for date in loop.list_dates() for logged in await store.read_events(date)
        ]
        assert all(events in logged_events for events in told)
        for booking_id in BOOKINGS:
            found = loop.find_booking(booking_id)
            held = [d for d in loop.list_dates() if booking_id in loop.committed(d).bookings]
            assert (found is None) == (not held)
            assert found is None or found == (
                found[0],
                loop.committed(found[0]).bookings[booking_id],
            )
        return told


async def _ask_at_once(loop, step):
    """Commands at once, some of them under keys; the events of each that was granted."""
    keys = set()
    waiting = []
    for date, command, key in step:
        request = None
        if key is not None and key not in keys:
            keys.add(key)
            request = Idempotency("rider", f"{key}", "d")
        if isinstance(command, Drive):
            command = command.command(loop.committed(date))
        answer = (lambda *_: Answer(200, b"{}")) if request else None
        waiting.append(loop.submit(date, command, idempotency=request, answer=answer))
    outcomes = await asyncio.gather(*waiting)
    return [o.decision for o in outcomes if not isinstance(o.decision, Rejected) and o.decision]
