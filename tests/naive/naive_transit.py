"""Slow, obvious twins of the transit kernels. Only tests import this file."""

from dataclasses import dataclass, field

FAR = 10**9


@dataclass
class Network:
    """A timetable as plain lists.

    A trip is a list of calls ``(stop, arr_time, dep_time, can_board, can_alight)``.
    """

    n_stops: int
    trips: list = field(default_factory=list)
    footpaths: list = field(default_factory=list)  # (from_stop, to_stop, seconds)
    change_s: list = field(default_factory=list)  # per stop

    def __post_init__(self):
        self.change_s = self.change_s or [0] * self.n_stops


def rounds(network, access, dep_time, max_trips):
    """``(ride, ready)`` per count of trips 0..max_trips, as in the definition of a journey.

    ride[k][stop]: earliest arrival by the k-th trip or an earlier one; ready[k][stop]: earliest
    second at which one can board after at most k trips.
    """
    ready = [FAR] * network.n_stops
    ride = [FAR] * network.n_stops
    for stop, seconds in access:
        ready[stop] = min(ready[stop], dep_time + seconds)
    return _more_rounds(network, ride, ready, max_trips)


def rounds_from(network, ride, max_trips):
    """`rounds` of riders whom a first trip brings to ``ride[stop]``; entry 0 is that trip."""
    ready = _walked(network, ride, [FAR] * network.n_stops)
    return _more_rounds(network, ride, ready, max_trips - 1)


def _walked(network, ride, ready):
    ready = [min(ready[i], ride[i] + network.change_s[i]) for i in range(network.n_stops)]
    for a, b, seconds in network.footpaths:
        ready[b] = min(ready[b], ride[a] + seconds)
    return ready


def _more_rounds(network, ride, ready, n_rounds):
    table = [(ride, ready)]
    for _ in range(n_rounds):
        ride = list(ride)
        previous = table[-1][1]
        for calls in network.trips:
            for i, (a, _, dep, can_board, _) in enumerate(calls):
                if can_board and previous[a] <= dep:
                    for b, arr, _, _, can_alight in calls[i + 1 :]:
                        if can_alight:
                            ride[b] = min(ride[b], arr)
        ready = _walked(network, ride, ready)
        table.append((ride, ready))
    return table


def earliest_arrivals(network, access, dep_time, max_trips):
    """Earliest arrival per stop, ``FAR`` where out of reach."""
    ride, ready = rounds(network, access, dep_time, max_trips)[-1]
    return [min(pair) for pair in zip(ride, ready, strict=True)]


def pareto(network, access, egress, dep_time, max_trips):
    """``(n_trips, arrival)`` pairs of which none is beaten in both, fewest trips first."""
    best, pairs = FAR, []
    table = rounds(network, access, dep_time, max_trips)
    for k in range(1, max_trips + 1):
        arrival = min((table[k][0][stop] + s for stop, s in egress), default=FAR)
        if arrival < best:
            best = arrival
            pairs.append((k, arrival))
    return pairs


def departures(network, stop, from_time):
    """Sorted departure times at ``stop`` at which riders may board."""
    return sorted(
        call[2]
        for calls in network.trips
        for call in calls[:-1]
        if call[0] == stop and call[2] >= from_time and call[3]
    )


def profile(network, access, egress, dep_time, window_s, max_trips):
    """Sorted ``(departure, arrival, n_trips)`` within the window that no other one beats.

    Every second is tried as departure, those after the window too: up to the last boarding.
    """
    end = max((call[2] for calls in network.trips for call in calls), default=dep_time)
    found = [
        (second, arrival, n_trips)
        for second in range(dep_time, max(end + 1, dep_time))
        for n_trips, arrival in pareto(network, access, egress, second, max_trips)
    ]

    def beats(a, b):
        return a != b and a[0] >= b[0] and a[1] <= b[1] and a[2] <= b[2]

    kept = {item for item in found if not any(beats(other, item) for other in found)}
    return sorted(item for item in kept if item[0] < dep_time + window_s)
