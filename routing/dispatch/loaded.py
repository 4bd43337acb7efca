"""The fleet as it was loaded last, brought up to date by what has changed since.

Rule: what is loaded is what `Projector.for_replan` says of every vehicle at that moment. Between
two decisions few plans change, and time alone changes only those whose `Quiet` is over.
"""

from collections.abc import Sequence

import numpy as np

from routing.dispatch.projection import Projector
from routing.dispatch.state import DayState
from routing.drt.insertion import Fleet
from routing.drt.model import VehiclePlan


class LoadedFleet:
    """Keeps a `Fleet` at what a state and a moment say; a memory of pure functions.

    Parameters
    ----------
    fleet
        The solver's arrays.
    projector
        Of the same day.
    """

    def __init__(self, fleet: Fleet, projector: Projector) -> None:
        self._fleet = fleet
        self._projector = projector
        self._state: DayState | None = None  # the whole roster of which is loaded
        self._vehicles: Sequence[str] = ()
        self._plans: list[VehiclePlan] = []  # as stored, by vehicle
        self._until = np.zeros(0, np.int64)  # up to then each is its own projection

    def find_vehicles(self, state: DayState) -> Sequence[str] | None:
        """Vehicles on duty, if all of them are loaded as ``state`` has them; else None."""
        known = self._state
        if known is None or known.plans is not state.plans or known.duties is not state.duties:
            return None
        return self._vehicles if known.policy is state.policy else None

    def load(self, state: DayState, vehicles: Sequence[str], *, is_whole: bool) -> None:
        """Take up the plans of ``vehicles``; ``is_whole`` if no other is on duty."""
        self._state = state if is_whole else None
        self._vehicles = vehicles
        self._plans = [state.plans[v] for v in vehicles]
        quiet, times, policy = self._projector.quiet, state.times, state.policy
        self._until = np.array(
            [
                quiet(plan, times[v], policy).projection_until
                for v, plan in zip(vehicles, self._plans, strict=True)
            ],
            np.int64,
        )

    def bring_to(self, state: DayState, now: int) -> None:
        """Let the solver see what was loaded of ``state`` as it stands at ``now``."""
        plans, times = self._plans.copy(), state.times
        for k in np.flatnonzero(self._until < now).tolist():
            plans[k] = self._projector.for_replan(
                plans[k], times[self._vehicles[k]], now, state.policy
            )
        self._fleet.sync(plans)
