"""The fixtures of a store for the loop that stands on it."""

from tests.stores import anyio_backend, area, embedded_url, own_store  # noqa: F401
