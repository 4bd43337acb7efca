"""Everything that the routers work with, put together once by the composition root."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.assets import Asset
from api.auth import Tokens
from api.board import VehicleBoard
from api.loop import AreaLoop
from api.metrics import Metrics
from api.offers import OfferTokens
from api.places import Stops
from api.positions import Positions
from api.service_time import ServiceTime
from api.settings import Settings
from api.store.store import Store
from api.timetables import Timetables
from api.views import Views
from gtfs.area import Area
from routing.intermodal.itineraries import Hubs


@dataclass(frozen=True, slots=True)
class Service:
    """One area, served."""

    settings: Settings
    area: Area
    time: ServiceTime
    store: Store
    loop: AreaLoop
    timetables: Timetables
    stops: Stops
    hubs: Hubs
    views: Views
    positions: Positions
    board: VehicleBoard
    tokens: Tokens
    offers: OfferTokens
    metrics: Metrics
    speed: float
    zones: Asset
    roads: Asset
    feed: Asset | None


async def _served(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


#: The service, as a dependency of an endpoint.
Served = Annotated[Service, Depends(_served)]
