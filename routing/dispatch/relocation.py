"""Where an idle vehicle should wait: where people are expected to call.

Rule: a move must be worth its driving. What it is worth is how much sooner whoever is expected to
call in the next while would be reached, by a price that rises to that of a lost ride where
nobody could come in time. It is a client of `decide` like any search, and peeks at nobody's
future: expectations come from other days, or from who has called so far today.

References
----------
Church, ReVelle (1974). The maximal covering location problem. Papers of the Regional Science
Association 32. https://doi.org/10.1007/BF01942293 (how much demand is within reach; here with a
price that rises smoothly, since vehicles come and go.)
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from routing.dispatch.commands import RelocateVehicle
from routing.dispatch.network import Network
from routing.dispatch.state import DayState
from routing.dispatch.values import DutyState
from routing.drt.schedule import leave_time
from routing.types import NEVER

FloatArray = npt.NDArray[np.float64]

#: Expectations are of so many seconds to come.
HORIZON_S = 1800
#: No further: on its way a vehicle can be given nothing else.
MOST_MOVE_S = 480
#: A move that hardly moves is only unrest.
_LEAST_MOVE_S = 60
#: Driving seconds that a lost ride is worth: what one costs a shared vehicle, roughly.
_LOST_RIDE_S = 900.0
#: Reaching somebody after so many longest waits is as bad as never.
_HOPELESS_WAITS = 1.5


class _Standing(NamedTuple):
    """Where a vehicle is free next."""

    vehicle_id: str
    place: int
    free_s: int  # seconds from now
    spare_s: int  # for a move, before it must leave; 0 for who is not idle


def find_relocation(
    state: DayState, now: int, network: Network, expected: FloatArray
) -> RelocateVehicle | None:
    """The move of an idle vehicle that is worth most; None if none is worth its driving.

    Parameters
    ----------
    state
        The service day.
    now
        Service seconds.
    network
        Of that day.
    expected
        Float64 (n_places,): how many are expected to call in the next ``HORIZON_S`` and leave
        from there at once.

    Returns
    -------
    RelocateVehicle or None
        For `decide`.
    """
    standing = list(_standing(state, now, network))
    asked = np.flatnonzero(expected > 0)
    if not len(asked) or not any(one.spare_s for one in standing):
        return None
    seconds = network.fleet.shortest_s
    free = np.array([[one.free_s] for one in standing])
    places = np.array([one.place for one in standing])
    reach = free + seconds[np.ix_(places, asked)]
    hopeless_s = _HOPELESS_WAITS * state.policy.max_wait_s
    best, worth = None, 0.0
    for v, one in enumerate(standing):
        if not one.spare_s:
            continue
        drive_s = seconds[one.place]
        longest = min(MOST_MOVE_S, one.spare_s)
        targets = np.flatnonzero((drive_s >= _LEAST_MOVE_S) & (drive_s <= longest))
        others = np.delete(reach, v, axis=0).min(axis=0, initial=int(NEVER))
        before = _price(np.minimum(others, reach[v]), hopeless_s)
        after = _price(np.minimum(others, seconds[np.ix_(targets, asked)]), hopeless_s)
        gain = (before - after) @ expected[asked] - network.weights.drive * drive_s[targets]
        if len(targets) and gain.max() > worth:
            worth = float(gain.max())
            best = RelocateVehicle(one.vehicle_id, int(targets[gain.argmax()]))
    return best


def _price(reached_s: Any, hopeless_s: float) -> Any:
    share = np.minimum(reached_s / hopeless_s, 1.0)
    return _LOST_RIDE_S * share * share


def _standing(state: DayState, now: int, network: Network) -> Iterator[_Standing]:
    for vehicle_id, plan in sorted(state.plans.items()):
        on_shift = plan.vehicle.shift_from <= now < plan.vehicle.shift_until
        if not on_shift or state.duties[vehicle_id] is not DutyState.ON_DUTY:
            continue
        times = state.times[vehicle_id]
        if plan.n_frozen or plan.ready_time > now or any(plan.load):
            place = plan.visits[-1].place if plan.visits else plan.place
            free = times[-1].depart if times else plan.ready_time
            yield _Standing(vehicle_id, place, max(free - now, 0), 0)
        elif not plan.visits:
            yield _Standing(vehicle_id, plan.place, 0, int(NEVER))
        else:
            early_s = state.policy.early_arrival_s
            leaves = leave_time(plan, times, network.travel, early_s)
            yield _Standing(vehicle_id, plan.place, 0, max(leaves - now, 0))
