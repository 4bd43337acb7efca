"""The resources of the service, one module for each group."""

from api.routers import (
    bookings,
    connections,
    control,
    health,
    service,
    tokens,
    transit,
    trips,
    vehicles,
    visits,
)

ROUTERS = (
    service.router,
    tokens.router,
    trips.router,
    bookings.router,
    vehicles.router,
    visits.router,
    transit.router,
    control.router,
    connections.router,
    health.router,
)
