"""The resources of the service, one module for each group."""

from api.routers import (
    accounts,
    bookings,
    connections,
    control,
    health,
    incidents,
    isochrones,
    reports,
    room,
    service,
    sign_in,
    tokens,
    transit,
    trips,
    vehicles,
    visits,
)

ROUTERS = (
    service.router,
    tokens.router,
    sign_in.router,
    accounts.router,
    trips.router,
    bookings.router,
    vehicles.router,
    visits.router,
    transit.router,
    isochrones.router,
    reports.router,
    control.router,
    incidents.router,
    connections.router,
    room.router,
    health.router,
)
