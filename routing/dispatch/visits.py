"""Names of visits: what a driver's acts refer to, derived from the visit and never stored."""

from routing.drt.model import Visit, VisitKind

_SUFFIX = {VisitKind.PICKUP: "pickup", VisitKind.DROPOFF: "dropoff"}


def visit_id(visit: Visit, vehicle_id: str) -> str:
    """The visit's name: booking id and what happens, or vehicle id and when its break may begin."""
    if visit.kind is VisitKind.BREAK:
        return f"{vehicle_id}.break.{visit.earliest}"
    return f"{visit.ride_id}.{_SUFFIX[visit.kind]}"


def find_visit(visits: tuple[Visit, ...], vehicle_id: str, wanted: str) -> int | None:
    """Position of the visit that is called ``wanted``."""
    for position, visit in enumerate(visits):
        if visit_id(visit, vehicle_id) == wanted:
            return position
    return None


def find_pickup(visits: tuple[Visit, ...], ride_id: str) -> int | None:
    """Position of the pickup of a ride."""
    return _find(visits, ride_id, VisitKind.PICKUP)


def find_dropoff(visits: tuple[Visit, ...], ride_id: str) -> int | None:
    """Position of the drop-off of a ride."""
    return _find(visits, ride_id, VisitKind.DROPOFF)


def _find(visits: tuple[Visit, ...], ride_id: str, kind: VisitKind) -> int | None:
    for position, visit in enumerate(visits):
        if visit.kind is kind and visit.ride_id == ride_id:
            return position
    return None
