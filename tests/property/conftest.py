"""The fixtures of a store that property tests share."""

from tests.stores import embedded_url  # noqa: F401
