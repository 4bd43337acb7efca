"""The operator's rules by the day they hold from: the area's own, and every change since.

Rule: a change is validated and kept before it is told to the days in memory; each day's log
records the rules that it was decided by.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import msgspec

from api.store.store import Store
from routing.errors import AreaError
from routing.policy import CostWeights, ServicePolicy

#: No rule needs a larger number, and kernels count in 32 bits.
MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Revision:
    """Rules that hold from a service date on, and who set them."""

    effective_date: str
    policy: ServicePolicy
    by: str


class Policies:
    """Rules of an area by date.

    Parameters
    ----------
    store
        Where changes are kept.
    base
        The area's own rules, before any change.
    """

    def __init__(self, store: Store, base: ServicePolicy) -> None:
        self._store, self._base = store, base
        self._revisions: dict[str, Revision] = {}
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """Read the changes from the store."""
        records = await self._store.read_policies()
        found = (msgspec.json.decode(record, type=Revision) for record in records)
        self._revisions = {revision.effective_date: revision for revision in found}

    def on(self, service_date: str) -> ServicePolicy:
        """The rules of a service day."""
        return self.revision_on(service_date).policy

    def revision_on(self, service_date: str) -> Revision:
        """The change that holds on a day; without a date, the area's own rules."""
        dates = [date for date in self._revisions if date <= service_date]
        return self._revisions[max(dates)] if dates else Revision("", self._base, "")

    def list_revisions(self) -> tuple[Revision, ...]:
        """All changes, by date."""
        return tuple(self._revisions[date] for date in sorted(self._revisions))

    async def change(
        self, effective_date: str, changes: Mapping[str, Any], by: str
    ) -> tuple[Revision, ...]:
        """Change rules from a date on, later changes included; returns what was kept.

        Raises
        ------
        AreaError
            If a rule is unknown or a value cannot be one; nothing is changed.
        StoreUnavailable
            If it cannot be kept.
        """
        async with self._changing:
            dates = [effective_date, *(d for d in self._revisions if d > effective_date)]
            kept = tuple(
                Revision(date, changed_policy(self.on(date), changes), by)
                for date in sorted(set(dates))
            )
            await self._store.put_policies(
                {each.effective_date: msgspec.json.encode(each) for each in kept}
            )
            self._revisions |= {each.effective_date: each for each in kept}
            return kept


def changed_policy(policy: ServicePolicy, changes: Mapping[str, Any]) -> ServicePolicy:
    """``policy`` with some values changed.

    Raises
    ------
    AreaError
        Naming the rule, if it is unknown or the value cannot be one.
    """
    values: dict[str, Any] = msgspec.to_builtins(policy)
    for name, value in changes.items():
        _check_known(name, ServicePolicy, "policy")
        if name == "weights" and isinstance(value, Mapping):
            for weight in value:
                _check_known(weight, CostWeights, "policy.weights")
            value = {**values["weights"], **value}
        if isinstance(value, int | float) and abs(value) > MOST:
            raise AreaError(f"{name} is above {MOST}", field="policy")
        values[name] = value
    try:
        return msgspec.convert(values, ServicePolicy)
    except (msgspec.ValidationError, ValueError) as problem:
        raise AreaError(str(problem), field="policy") from None


def _check_known(name: str, kind: type[Any], where: str) -> None:
    known = [item.name for item in fields(kind)]
    if name not in known:
        raise AreaError(f"no such rule; known are {', '.join(known)}", field=where)
