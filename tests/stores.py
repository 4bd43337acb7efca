"""Servers and stores for tests, and values of every type that the store keeps."""

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import strategies as st

from api.store.server import EmbeddedServer
from api.store.store import Store
from routing.policy import CostWeights, ServicePolicy
from tests.redis_server import RedisServer

_numbers = itertools.count()


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests on asyncio alone, as the service does."""
    return "asyncio"


@pytest.fixture(scope="session")
def embedded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of an embedded server that many tests share."""
    server = EmbeddedServer(tmp_path_factory.mktemp("embedded"))
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """URL of a real Redis server that many tests share."""
    server = RedisServer()
    try:
        server.start()
        yield server.url
    finally:
        server.close()


@pytest.fixture(params=["embedded", "redis"])
def store_url(request: pytest.FixtureRequest) -> str:
    """URL of each kind of server in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def area() -> str:
    """Id of an area that nobody else uses."""
    return f"area-{next(_numbers)}"


@pytest.fixture
async def store(store_url: str, area: str) -> AsyncIterator[Store]:
    """An empty store on each kind of server."""
    async with Store(area, url=store_url) as opened:
        yield opened


@pytest.fixture
async def own_store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store on an embedded server of its own, which may be killed."""
    async with Store("own", folder=tmp_path / "store") as opened:
        yield opened


def policies() -> st.SearchStrategy[ServicePolicy]:
    """Any policy that holds together."""
    seconds = st.integers(0, 10**6)
    return st.builds(
        ServicePolicy,
        service_from=st.integers(0, 40_000),
        service_until=st.integers(40_001, 200_000),
        max_ride_factor=st.floats(1, 9),
        max_wait_s=seconds,
        weights=st.builds(CostWeights, st.floats(0, 9), st.floats(0, 9), st.floats(0, 9)),
    )


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that events are made of."""
    if hint is ServicePolicy:
        return policies()
    if is_dataclass(hint) and isinstance(hint, type):
        return st.deferred(lambda: _instances(hint))
    if get_origin(hint) is tuple:
        return _tuples(get_args(hint))
    if isinstance(hint, UnionType):
        return st.one_of([values_of(part) for part in get_args(hint)])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    return _PLAIN[hint]


_PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(-(2**31), 2**31 - 1),
    str: st.text(max_size=12),
    bool: st.booleans(),
    float: st.floats(allow_nan=False, allow_infinity=False),
    NoneType: st.none(),
}


def _instances(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    # an argument with a default is sometimes left out, as in old logs
    given = {item.name: values_of(hints[item.name]) for item in fields(kind)}
    needed = {item.name for item in fields(kind) if item.default is MISSING}
    return st.one_of(
        st.builds(kind, **given),
        st.builds(kind, **{name: given[name] for name in given if name in needed}),
    )


def _tuples(parts: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    if parts[-1] is Ellipsis:
        return st.lists(values_of(parts[0]), max_size=3).map(tuple)
    return st.tuples(*map(values_of, parts))
