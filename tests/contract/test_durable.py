"""Which servers are refused, and that a cluster serves as well."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
import redis

from api.store.connect import DURABLE
from api.store.records import Answer, CommitBatch, Contact, DayCommit, Idempotency
from api.store.server import _program
from api.store.store import Store
from routing.dispatch.events import DutyChanged
from routing.dispatch.values import DutyState
from routing.errors import StoreError, StoreUnavailable, VersionConflict

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("setting", "value"),
    [("appendonly", "no"), ("appendfsync", "everysec"), ("maxmemory-policy", "allkeys-lru")],
)
async def test_a_server_that_could_lose_a_booking_is_refused(redis_server, setting, value, caplog):
    with redis.Redis.from_url(redis_server.url) as admin:
        admin.config_set(setting, value)
    with pytest.raises(StoreError, match=f"{setting} is {value}, not {DURABLE[setting]}"):
        await Store("a", url=redis_server.url).open()
    async with Store("a", url=redis_server.url, allow_volatile=True) as store:
        await store.ping()
    assert f"{setting} is {value}" in caplog.text


async def test_a_server_that_hides_its_settings_is_refused(redis_server):
    with redis.Redis.from_url(redis_server.url) as admin:
        admin.acl_setuser("default", commands=["+@all", "-config"], keys=["*"], enabled=True)
    with pytest.raises(StoreError, match=r"cannot be read .*SOKCHO_ALLOW_VOLATILE_STORE=1"):
        await Store("a", url=redis_server.url).open()
    async with Store("a", url=redis_server.url, allow_volatile=True) as store:
        await store.ping()


async def test_an_absent_server_is_unavailable():
    with pytest.raises(StoreUnavailable, match="is it running"):
        await Store("a", url="unix:///nowhere/store.sock").open()


async def test_what_is_no_url_is_refused():
    with pytest.raises(StoreError, match="REDIS_URL"):
        await Store("a", url="http://example").open()


@contextlib.contextmanager
def cluster_node(folder: str, slots: tuple[int, int]) -> Iterator[redis.Redis]:
    """Run one durable node of a cluster, on a free port, that has these slots."""
    port, bus = free_ports(2)
    options = ["--port", str(port), "--cluster-enabled", "yes", "--cluster-port", str(bus)]
    options += ["--bind", "127.0.0.1", "--dir", folder, "--logfile", f"{folder}/log"]
    options += ["--appendonly", "yes", "--appendfsync", "always"]
    with subprocess.Popen([_program(), *options]) as node, redis.Redis(port=port) as admin:
        try:
            admin.ping()
            admin.execute_command("CLUSTER", "ADDSLOTSRANGE", *slots)
            yield admin
        finally:
            node.terminate()


def free_ports(n: int) -> list[int]:
    """Ports that nobody listens on at the moment."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(n)]
        return [each.getsockname()[1] for each in sockets]


@pytest.fixture
def cluster(tmp_path) -> Iterator[list[str]]:
    """URLs of the two nodes of a cluster."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    with (
        cluster_node(str(tmp_path / "a"), (0, 8191)) as a,
        cluster_node(str(tmp_path / "b"), (8192, 16383)) as b,
    ):
        ports = [node.get_connection_kwargs()["port"] for node in (a, b)]
        bus = int(b.config_get("cluster-port")["cluster-port"])
        a.execute_command("CLUSTER", "MEET", "127.0.0.1", ports[1], bus)
        deadline = time.monotonic() + 10
        while not all(node.cluster("INFO")["cluster_state"] == "ok" for node in (a, b)):
            assert time.monotonic() < deadline, "the cluster did not come together"
            time.sleep(0.02)
        yield [f"redis://127.0.0.1:{port}" for port in ports]


@pytest.mark.parametrize("area", ["sokcho", "goseong", "yangyang"])
async def test_an_area_lives_in_one_slot_of_a_cluster(cluster, area):
    days = tuple(
        DayCommit(date, 0, ((DutyChanged(1, "SH1", DutyState.OFF_DUTY, "d"),),))
        for date in ("2026-11-23", "2026-11-24")
    )
    answers = ((Idempotency("c", "k", "d"), Answer(200, b"")),)
    for first, url in enumerate(cluster):
        async with Store(area, url=url) as store:
            assert await store.hold_lease("a")
            if first == 0:
                await store.commit(CommitBatch(days, answers, (("b1", Contact("n")),)))
            assert await store.list_dates() == ["2026-11-23", "2026-11-24"]
            assert len(await store.read_events("2026-11-24")) == 1
            with pytest.raises(VersionConflict):
                await store.commit(CommitBatch(days))
