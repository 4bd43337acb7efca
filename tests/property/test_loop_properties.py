"""Whatever is asked, in whatever order and company: the state is the fold of the log."""

import asyncio
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from api.clock import FakeClock
from api.store.records import Answer, Idempotency
from api.store.store import Store
from routing.dispatch import commands as cmd
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import DayState, commit
from routing.dispatch.values import Actor, Cancellation
from tests.line_town import MINUTE, PLACES, ride, town_loop
from tests.toy_rules import DATE, MORNING, NEXT

_areas = itertools.count()

BOOKINGS = [f"b{i}" for i in range(8)]
bookings = st.sampled_from(BOOKINGS)
places = st.integers(0, PLACES - 1)
vehicles = st.sampled_from(["SH1", "SH2", "SH9"])
visits = st.builds("{}.{}".format, bookings, st.sampled_from(["pickup", "dropoff"]))

commands = st.one_of(
    st.builds(
        ride,
        bookings,
        places,
        places,
        st.integers(30_600, 30_600 + 90 * MINUTE),
        passengers=st.integers(1, 6),
    ),
    st.builds(cmd.CancelRide, bookings, st.just(Cancellation(Actor.RIDER, "changed-mind"))),
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
    st.integers(1, 15 * MINUTE),  # time passes
    st.just("restart"),
)


@settings(max_examples=60)
@given(st.lists(steps, max_size=12))
def test_the_state_is_the_fold_of_the_log(embedded_url, story):
    asyncio.run(_check(embedded_url, story))


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
            else:
                told += await _ask_at_once(loop, step)
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
        await loop.close()


async def _ask_at_once(loop, step):
    """Commands at once, some of them under keys; the events of each that was granted."""
    keys = set()
    waiting = []
    for date, command, key in step:
        request = None
        if key is not None and key not in keys:
            keys.add(key)
            request = Idempotency("rider", f"{key}", "d")
        answer = (lambda *_: Answer(200, b"{}")) if request else None
        waiting.append(loop.submit(date, command, idempotency=request, answer=answer))
    outcomes = await asyncio.gather(*waiting)
    return [o.decision for o in outcomes if not isinstance(o.decision, Rejected) and o.decision]
