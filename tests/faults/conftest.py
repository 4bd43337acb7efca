"""The fixtures of the store's tests."""

from tests.stores import (  # noqa: F401
    anyio_backend,
    area,
    embedded_url,
    own_store,
    redis_url,
    store,
    store_url,
)
