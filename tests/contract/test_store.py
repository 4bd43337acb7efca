"""What the store promises, on the embedded server and on a real Redis server alike."""

import asyncio

import pytest

from api.store import codec
from api.store.errors import AlreadyAnswered
from api.store.records import Answer, CommitBatch, Contact, DayCommit, Idempotency
from api.store.store import Store
from routing.dispatch.events import DayOpened, DutyChanged
from routing.dispatch.state import DayState, commit
from routing.dispatch.values import DutyState
from routing.drt.model import Vehicle
from routing.errors import StoreError, StoreUnavailable, VersionConflict
from routing.policy import ServicePolicy

pytestmark = pytest.mark.anyio

DATE, OTHER = "2026-11-23", "2026-11-24"
VEHICLE = Vehicle("SH1", 0, 0, 25_200, 75_600, ((14, 0), (10, 1)))


def opened(date=DATE):
    return (DayOpened(-100, date, ServicePolicy(), (VEHICLE,)),)


def duty(time, state=DutyState.OFF_DUTY):
    return (DutyChanged(time, "SH1", state, "dispatcher"),)


def folded(*commits):
    state = DayState()
    for events in commits:
        state = commit(state, events)
    return state


def batch(date, base, *commits, **more):
    return CommitBatch((DayCommit(date, base, commits),), **more)


async def test_an_empty_store_has_no_days(store):
    assert await store.list_dates() == []
    assert (await store.load(DATE)).state == DayState()


async def test_what_was_committed_is_loaded_and_read(store):
    await store.commit(batch(DATE, 0, opened(), duty(1)))
    await store.commit(batch(DATE, 2, duty(2, DutyState.ON_DUTY)))
    assert await store.list_dates() == [DATE]
    assert (await store.load(DATE)).state == folded(opened(), duty(1), duty(2, DutyState.ON_DUTY))
    assert [(c.version, c.events) for c in await store.read_events(DATE, 1)] == [
        (2, duty(1)),
        (3, duty(2, DutyState.ON_DUTY)),
    ]
    assert [c.version for c in await store.read_events(DATE, 0, limit=2)] == [1, 2]


@pytest.mark.parametrize("base", [0, 2])
async def test_a_commit_on_another_version_is_refused_and_writes_nothing(store, base):
    await store.commit(batch(DATE, 0, opened()))
    contacts = (("b1", Contact("n")),)
    with pytest.raises(VersionConflict, match=f"{DATE} stands at version 1"):
        await store.commit(batch(DATE, base, duty(5), contacts=contacts))
    assert (await store.load(DATE)).state.version == 1
    assert await store.find_contact("b1") is None


async def test_two_days_are_written_together_or_not_at_all(store):
    await store.commit(batch(OTHER, 0, opened(OTHER)))
    with pytest.raises(VersionConflict, match=OTHER):
        await store.commit(
            CommitBatch((DayCommit(DATE, 0, (opened(),)), DayCommit(OTHER, 0, (duty(1),))))
        )
    assert await store.list_dates() == [OTHER]
    await store.commit(
        CommitBatch((DayCommit(DATE, 0, (opened(),)), DayCommit(OTHER, 1, (duty(1),))))
    )
    assert await store.list_dates() == [DATE, OTHER]
    assert (await store.load(OTHER)).state == folded(opened(OTHER), duty(1))


async def test_a_day_starts_from_its_snapshot(store):
    state = folded(opened(), duty(1))
    await store.commit(CommitBatch((DayCommit(DATE, 0, (opened(), duty(1)), state),)))
    await store.commit(batch(DATE, 2, duty(2, DutyState.ON_DUTY)))
    # entries that the snapshot covers are not needed any more
    await store._connected.xtrim(store.keys.events(DATE), minid="3-0")
    assert (await store.load(DATE)).state == folded(opened(), duty(1), duty(2, DutyState.ON_DUTY))


async def test_a_snapshot_of_other_code_is_passed_over(store, monkeypatch):
    wrong = folded(opened(), duty(1), duty(2))
    monkeypatch.setattr(codec, "fold_fingerprint", lambda: "another")
    await store.commit(CommitBatch((DayCommit(DATE, 0, (opened(),), wrong),)))
    monkeypatch.undo()
    assert (await store.load(DATE)).state == folded(opened())


async def test_a_log_with_a_gap_is_not_folded(store):
    await store.commit(batch(DATE, 0, opened(), duty(1), duty(2)))
    await store._connected.xdel(store.keys.events(DATE), "2-0")
    with pytest.raises(StoreError, match=f"{DATE} has a gap after version 1"):
        await store.load(DATE)


async def test_a_log_that_lost_its_end_is_not_folded(store):
    await store.commit(batch(DATE, 0, opened(), duty(1)))
    await store._connected.xdel(store.keys.events(DATE), "2-0")
    with pytest.raises(StoreError, match="ends at version 1, but 2 were committed"):
        await store.load(DATE)


async def test_a_request_is_answered_once(store):
    request, answer = Idempotency("rider-1", "k1", "digest"), Answer(201, b"{}", (("ETag", "1"),))
    await store.commit(batch(DATE, 0, opened(), answers=((request, answer),)))
    stored = await store.find_answer(request)
    assert stored is not None
    assert (stored.digest, stored.answer) == ("digest", answer)
    again = (Idempotency("rider-1", "k2", "d"), answer), (request, Answer(500, b""))
    with pytest.raises(AlreadyAnswered) as caught:
        await store.commit(batch(DATE, 1, duty(1), answers=again))
    assert caught.value.answers == {request: stored}
    assert (await store.load(DATE)).state.version == 1
    assert await store.find_answer(Idempotency("rider-1", "k2", "d")) is None
    assert await store.find_answer(Idempotency("rider-2", "k1", "digest")) is None


async def test_an_answer_is_kept_for_more_than_a_day(store):
    request = Idempotency("rider-1", "k1", "digest")
    await store.commit(batch(DATE, 0, opened(), answers=((request, Answer(200, b"")),)))
    ttl_s = await store._connected.ttl(store.keys.answer(request))
    assert 24 * 3600 < ttl_s < 48 * 3600


async def test_contacts_live_apart_from_the_log(store):
    contact = Contact("김속초", "010-0000-0000")
    await store.commit(batch(DATE, 0, opened(), contacts=(("b1", contact),)))
    assert await store.find_contact("b1") == contact
    log = await store._connected.xrange(store.keys.events(DATE))
    assert "010-0000-0000" not in repr(log)
    await store.put_contact("b1", Contact("이속초", "010"))
    assert await store.find_contact("b1") == Contact("이속초", "010")
    assert await store.erase_contact("b1")
    assert await store.find_contact("b1") is None
    assert not await store.erase_contact("b1")


async def test_each_commit_is_published(store):
    async with store._connected.pubsub() as listener:
        await listener.subscribe(store.keys.channel)
        await listener.get_message(timeout=1)
        await store.commit(batch(DATE, 0, opened(), duty(1)))
        message = await listener.get_message(timeout=1)
    assert message["data"] == f"{DATE} 2".encode()


async def test_one_holds_the_lease(store, store_url, area):
    async with Store(area, url=store_url) as other:
        assert await store.hold_lease("a")
        assert await store.hold_lease("a")
        assert not await other.hold_lease("b")
        await other.release_lease("b")
        assert not await other.hold_lease("b")
        await store.release_lease("a")
        assert await other.hold_lease("b")


async def test_a_lease_runs_out_and_then_fences_its_holder(store, store_url, area):
    async with Store(area, url=store_url) as other:
        assert await store.hold_lease("a", ttl_s=0.02)
        await store.load(DATE)
        await store.commit(batch(DATE, 0, opened()))
        await asyncio.sleep(0.03)
        assert await other.hold_lease("b")
        with pytest.raises(VersionConflict, match="took over"):
            await store.commit(batch(DATE, 1, duty(1)))
        await store.load(DATE)
        await store.commit(batch(DATE, 1, duty(1)))


async def test_areas_do_not_see_each_other(store, store_url, area):
    async with Store(f"{area}-2", url=store_url) as other:
        await store.commit(batch(DATE, 0, opened()))
        assert await other.list_dates() == []


async def test_every_key_carries_the_area(store, area):
    request = (Idempotency("c", "k", "d"), Answer(200, b""))
    await store.commit(
        CommitBatch(
            (DayCommit(DATE, 0, (opened(),), folded(opened())),),
            (request,),
            (("b1", Contact("n")),),
        )
    )
    await store.hold_lease("a")
    names = [name.decode() async for name in store._connected.scan_iter(f"*{area}*")]
    assert len(names) == 7
    assert all(name.startswith(f"{{{area}}}:") for name in names)


async def test_a_closed_store_says_so(store_url):
    with pytest.raises(StoreUnavailable, match="not open"):
        await Store("a", url=store_url).load(DATE)


@pytest.mark.parametrize("area", ["", "a b", "{a}", "a\n"])
def test_an_area_that_breaks_the_keys_is_refused(area):
    with pytest.raises(ValueError, match="area"):
        Store(area, url="unix:///nowhere")
