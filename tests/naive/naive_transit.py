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
    stays: list = field(default_factory=list)  # (trip, next trip) that riders may stay seated for

    def __post_init__(self):
        self.change_s = self.change_s or [0] * self.n_stops


def network_of(timetable):
    """The network that the kernels' arrays hold; trips and stops keep their numbers."""
    patterns, walks = timetable.patterns, timetable.walks
    trips = []
    for trip, pattern in enumerate(patterns.trip_pattern.tolist()):
        calls = range(*patterns.stop_ptr[pattern : pattern + 2].tolist())
        first = int(patterns.trip_event_ptr[trip])
        trips.append(
            [
                (
                    int(patterns.stop[call]),
                    int(patterns.arr_time[first + i]),
                    int(patterns.dep_time[first + i]),
                    bool(patterns.flags[call] & 1),
                    bool(patterns.flags[call] & 2),
                )
                for i, call in enumerate(calls)
            ]
        )
    footpaths = [
        (stop, int(walks.stop[k]), int(walks.seconds[k]))
        for stop in range(timetable.n_stops)
        for k in range(walks.ptr[stop], walks.ptr[stop + 1])
    ]
    stays = [
        (trip, int(patterns.stay_trip[k]))
        for trip in range(timetable.n_trips)
        for k in range(patterns.stay_ptr[trip], patterns.stay_ptr[trip + 1])
    ]
    return Network(timetable.n_stops, trips, footpaths, walks.change_s.tolist(), stays)


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


def _ride(network, trip, boarded, ride):
    """Alight wherever a trip, and what riders may stay seated for, leads to from a call on."""
    for stop, arr, _, _, can_alight in network.trips[trip][boarded + 1 :]:
        if can_alight:
            ride[stop] = min(ride[stop], arr)
    for before, following in network.stays:
        if before == trip:
            _ride(network, following, 0, ride)


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
        for trip, calls in enumerate(network.trips):
            for i, (a, _, dep, can_board, _) in enumerate(calls[:-1]):
                if can_board and previous[a] <= dep:
                    _ride(network, trip, i, ride)
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


def pareto_limited(network, rules, access, egress, dep_time, max_trips):
    """`pareto` where changes depend on trips: who arrives is known by stop and trip.

    A rule is (from_stop, to_stop, from_trips or None, to_trips or None, seconds, specificity).
    """
    arrivals, best, pairs = {}, FAR, []
    for k in range(1, max_trips + 1):
        found = dict(arrivals)
        for trip, calls in enumerate(network.trips):
            for i, (stop, _, dep, can_board, _) in enumerate(calls[:-1]):
                if can_board and _is_ready(
                    network, rules, access, dep_time, arrivals, stop, trip, dep
                ):
                    for b, arr, _, _, can_alight in calls[i + 1 :]:
                        if can_alight:
                            found[b, trip] = min(found.get((b, trip), FAR), arr)
        arrivals = found
        ends = [time + s for (b, _), time in arrivals.items() for stop, s in egress if stop == b]
        if min(ends, default=FAR) < best:
            best = min(ends)
            pairs.append((k, best))
    return pairs


def _is_ready(network, rules, access, dep_time, arrivals, stop, trip, dep):
    if any(dep_time + s <= dep for where, s in access if where == stop):
        return True
    return any(
        time + _change_s(network, rules, a, before, stop, trip) <= dep
        for (a, before), time in arrivals.items()
    )


def _change_s(network, rules, from_stop, from_trip, to_stop, to_trip):
    holding = [
        rule
        for rule in rules
        if rule[:2] == (from_stop, to_stop)
        and (rule[2] is None or from_trip in rule[2])
        and (rule[3] is None or to_trip in rule[3])
    ]
    if holding:
        return max(holding, key=lambda rule: rule[5])[4]
    if from_stop == to_stop:
        return network.change_s[from_stop]
    walks = [s for a, b, s in network.footpaths if (a, b) == (from_stop, to_stop)]
    return min(walks, default=FAR)
