"""Networks of the days in memory, by the conditions that they were made for.

Rule: a decision uses the network of the conditions that its state and command name, whoever made
it; one that is at hand already only saves time.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from routing.dispatch.conditions import Conditions

#: Conditions of one day that are kept: those that hold, those that are looked at, those before.
_KEPT = 4


class Networks:
    """Makes and keeps networks.

    Parameters
    ----------
    make
        The network of some conditions; called in whatever thread.
    """

    def __init__(self, make: Callable[[Conditions], Any]) -> None:
        self._make = make
        self._of_day: dict[str, dict[Conditions, Any]] = {}

    def get(self, service_date: str, conditions: Conditions) -> Any:
        """The network of a day, made now if it is not at hand."""
        found = self._of_day.get(service_date, {}).get(conditions)
        if found is not None:
            return found
        return self._keep(service_date, conditions, self._make(conditions))

    async def prepare(self, service_date: str, conditions: Conditions) -> Any:
        """`get`, but what is not at hand is made in a thread while others are served."""
        if conditions not in self._of_day.get(service_date, {}):
            made = await asyncio.to_thread(self._make, conditions)
            self._keep(service_date, conditions, made)
        return self.get(service_date, conditions)

    def drop(self, service_date: str) -> None:
        """Forget a day."""
        self._of_day.pop(service_date, None)

    def _keep(self, service_date: str, conditions: Conditions, made: Any) -> Any:
        known = self._of_day.setdefault(service_date, {})
        while len(known) >= _KEPT:
            del known[next(iter(known))]
        return known.setdefault(conditions, made)
