"""Rides that hang on a bus are told of it: real time comes in, `ReportTrip` goes to the loop.

Rule: nothing is decided here. What a late bus means for a ride says `dispatch.decide.connection`;
a report that changes nothing there leaves no trace in the log.
"""

import asyncio
import logging

from api.service import Service
from gtfs.realtime.connections import TripFinder
from gtfs.realtime.day import LiveDay
from routing.dispatch.commands import ReportTrip
from routing.dispatch.lifecycle import ENDED
from routing.dispatch.values import Connection
from routing.errors import StoreError

logger = logging.getLogger(__name__)

#: Real seconds between two looks at whether real time has brought anything new.
LOOK_S = 2.0


class ConnectionWatch:
    """Passes on what real time says of the trips that rides hang on.

    Parameters
    ----------
    service
        The area.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._seen: LiveDay | None = None
        self._finder: TripFinder | None = None

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except StoreError as error:
                logger.warning("connections could not be looked after: %s", error)
            await asyncio.sleep(LOOK_S)

    async def look(self) -> int:
        """Report every trip of today that some ride hangs on, if there is news of any.

        Returns
        -------
        int
            How many reports were made.
        """
        date = self._service.time.today()
        live = self._service.timetables.find_live(date)
        if live is None or live is self._seen or not self._service.loop.ready:
            return 0
        if self._finder is None or self._finder.day is not live.scheduled:
            self._finder = TripFinder(live.scheduled)
        reports = self._reports(date, live, self._finder)
        for report in reports:
            await self._service.loop.submit(date, report)
        self._seen = live
        return len(reports)

    def _reports(self, date: str, live: LiveDay, finder: TripFinder) -> list[ReportTrip]:
        found = {(trip.trip_id, trip.stop_id, trip.feeds): trip for trip in self._connections(date)}
        reports = []
        for trip in found.values():
            expected = finder.find(live, trip.trip_id, trip.stop_id, trip.time, departs=trip.feeds)
            if expected is not None:
                reports.append(ReportTrip(trip.trip_id, trip.stop_id, expected.time))
        return reports

    def _connections(self, date: str) -> list[Connection]:
        bookings = self._service.loop.committed(date).bookings.values()
        return [
            booking.connection
            for booking in bookings
            if booking.connection is not None and booking.state not in ENDED
        ]
