"""Books the days of recurring trips as they open.

Rule: what is to be booked follows from the kept trips and the committed days, never from what
this process remembers; so a restart forgets nothing and books nothing twice.
"""

import asyncio
import logging
import time
from dataclasses import asdict, replace
from datetime import date, timedelta

from api.care.passengers import Passengers
from api.care.recurring import RecurringTrip, RecurringTrips
from api.http.errors import Problem
from api.schemas.trips import TripRequest
from api.service import Service
from api.trips.fares import fare_of
from api.trips.requests import Trip, get_trip
from routing.dispatch.commands import BookRide, CancelRide
from routing.dispatch.rejections import Rejected, RejectReason
from routing.dispatch.state import Booking
from routing.dispatch.values import Actor, Cancellation
from routing.errors import CommandError, StoreError

logger = logging.getLogger(__name__)

#: Real seconds between two looks at what has become bookable.
LOOK_S = 30.0
#: A date that was refused is tried again after so long, real seconds.
RETRY_S = 600.0


class Booker:
    """Keeps the days of recurring trips booked.

    Parameters
    ----------
    service
        The area.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self.trips, self._passengers = RecurringTrips(service.store), Passengers(service.store)
        self._tried: dict[tuple[str, str], float] = {}

    async def run(self) -> None:
        """Look now and then, until cancelled."""
        while True:
            try:
                await self.look()
            except (StoreError, CommandError) as error:
                logger.warning("recurring trips wait for the store: %s", error)
            except Exception:  # one trip must not end it for all
                logger.exception("recurring trips met an error")
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Book whatever can be booked now; only where this process is the area's loop."""
        if self._service.loop.ready:
            for trip in await self.trips.list_all():
                await self.book_open_days(trip)

    async def book_open_days(self, trip: RecurringTrip) -> RecurringTrip:
        """Book the days of a trip that can be booked; the trip with what was refused."""
        for service_date in self.open_dates(trip):
            if self.find(trip, service_date) is None and service_date not in trip.skipped:
                trip = await self._book(trip, service_date)
        return trip

    def open_dates(self, trip: RecurringTrip) -> list[str]:
        """Dates of a trip that can be booked now and lie ahead."""
        time_ = self._service.time
        today = time_.today()
        last = date.fromisoformat(today) + timedelta(days=self._service.area.policy.prebook_days)
        now = time_.now()
        dates = trip.dates(today, last.isoformat())
        return [each for each in dates if time_.at(each, trip.time_s) > now]

    def find(self, trip: RecurringTrip, service_date: str) -> Booking | None:
        """The booking of a date, whatever has become of it."""
        found = self._service.loop.find_booking(self._booking_id(trip, service_date))
        return None if found is None else found[1]

    async def cancel(self, trip: RecurringTrip, service_date: str, by: Actor) -> None:
        """Cancel the ride of a date, if there is one that can be."""
        if self.find(trip, service_date) is not None:
            booking_id = self._booking_id(trip, service_date)
            cancellation = Cancellation(by, "plans_changed", by)
            await self._service.loop.submit(service_date, CancelRide(booking_id, cancellation))

    def trip_of(self, trip: RecurringTrip, service_date: str) -> Trip:
        """The trip request of one date.

        Raises
        ------
        Problem
            If it cannot be meant, as for a stop that is unknown.
        """
        at = self._service.time.at(service_date, trip.time_s).isoformat()
        wanted = {
            "origin": {"stop_id": trip.origin},
            "destination": {"stop_id": trip.destination},
            "depart_at" if trip.when == "depart" else "arrive_by": at,
            "party": asdict(trip.party),
        }
        return get_trip(self._service, TripRequest.model_validate(wanted))

    def _booking_id(self, trip: RecurringTrip, service_date: str) -> str:
        return self._service.offers.booking_id(trip.owner, trip.booking_key(service_date))

    async def _book(self, trip: RecurringTrip, service_date: str) -> RecurringTrip:
        tried = (trip.recurring_id, service_date)
        if time.monotonic() - self._tried.get(tried, -RETRY_S) < RETRY_S:
            return trip
        self._tried[tried] = time.monotonic()
        refusal = await self._ask(trip, service_date)
        return await self._note(trip, service_date, refusal)

    async def _ask(self, trip: RecurringTrip, service_date: str) -> str | None:
        """Book a date, or wait for room; why not, if so."""
        try:
            wanted = self.trip_of(trip, service_date)
        except Problem as problem:
            return problem.type.code
        if wanted.refusal is not None:
            return wanted.refusal.type.code
        command = BookRide(
            self._booking_id(trip, service_date),
            wanted.request,
            trip.owner,
            trip.channel,
            fare_of(self._service.area.fares, wanted.request.party),
            waitlist=True,
        )
        contact = None
        if trip.passenger_id is not None:
            contact = await self._passengers.find_contact(trip.owner, trip.passenger_id)
        outcome = await self._service.loop.submit(service_date, command, contact=contact)
        if not isinstance(outcome.decision, Rejected):
            return None
        reason = outcome.decision.reason
        return None if reason is RejectReason.DUPLICATE_BOOKING else reason.value

    async def _note(
        self, trip: RecurringTrip, service_date: str, refusal: str | None
    ) -> RecurringTrip:
        """Remember why a date is not booked; a trip that was ended meanwhile stays ended."""
        now = await self.trips.find(trip.recurring_id)
        if now is None or service_date in now.skipped:
            await self.cancel(trip, service_date, Actor.SYSTEM)
            return trip
        refused = {day: why for day, why in now.refused.items() if day != service_date}
        if refusal is not None:
            refused[service_date] = refusal
        if refused != now.refused:
            now = replace(now, refused=refused)
            await self.trips.put(now)
        return now
