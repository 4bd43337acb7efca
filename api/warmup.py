"""Every kernel's first call, made before anybody waits for it."""

from gtfs.area import Area
from gtfs.compiled import CompiledDay
from routing.dispatch.commands import ConfirmOffer, OpenDay, RideRequest, StopChoice
from routing.dispatch.decide import decide
from routing.dispatch.draft import Draft
from routing.dispatch.network import Network
from routing.dispatch.quote import quote
from routing.dispatch.reach import arrivals_at
from routing.dispatch.rejections import Rejected
from routing.dispatch.state import DayState, commit
from routing.drt.search import warm_up
from routing.transit import earliest_arrivals, find_journeys, get_offsets, next_departures
from routing.types import frozen


def warm_kernels(area: Area, day: CompiledDay | None) -> None:
    """Ask for a ride, book it and look up buses, on a day that is thrown away.

    Parameters
    ----------
    area
        The city.
    day
        A timetable, if there is one.
    """
    _book_a_ride(area)
    warm_up()  # the search for room
    if day is not None:
        everywhere = get_offsets([0], [0], day.timetable.n_stops)
        last = get_offsets([day.timetable.n_stops - 1], [0], day.timetable.n_stops)
        find_journeys(day.timetable, everywhere, last, area.policy.service_from)
        earliest_arrivals(day.timetable, everywhere, area.policy.service_from)
        next_departures(day.timetable, [0], area.policy.service_from)


def _book_a_ride(area: Area) -> None:
    network = Network(area.travel_times, area.policy.weights)
    now = area.policy.service_from
    opened = decide(DayState(), OpenDay("2000-01-03", area.policy, area.fleet), now, network)
    assert not isinstance(opened, Rejected)
    state = commit(DayState(), opened)
    stops = area.places.list_virtual_stops()
    if len(stops) < 2:
        return
    request = RideRequest((StopChoice(0),), (StopChoice(len(stops) - 1),), depart_from=now + 3600)
    arrivals_at(Draft(state, now, network), request, frozen([1]))
    offers = quote(state, request, now, network)
    if not isinstance(offers, Rejected):
        decide(state, ConfirmOffer("warm-up", offers[0], "warm-up"), now, network)
