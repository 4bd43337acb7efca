"""Who drives what today: by the account, or else by the day's roster."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from api.http.auth import Caller

#: A driver may sign on this much before the first hour of the roster, and report after the last.
MARGIN_S = 1800


def with_vehicle(caller: "Caller", service: Any) -> "Caller":
    """Return a driver with the vehicle that the roster gives them now; anybody else as they are.

    A vehicle that stands in the account or the token goes before the roster.
    """
    if caller.role != "driver" or caller.vehicle_id is not None:
        return caller
    date = service.time.today()
    now_s = service.time.now_s(date)
    for vehicle_id, spans in sorted(service.loop.committed(date).drivers.items()):
        for span in spans:
            is_now = span.from_time - MARGIN_S <= now_s <= span.until_time + MARGIN_S
            if span.driver == caller.subject and is_now:
                return replace(caller, vehicle_id=vehicle_id)
    return caller
