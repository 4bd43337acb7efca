"""Everything that the routers work with, put together once by the composition root."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.accounts.people import People
from api.clocks.service_time import ServiceTime
from api.http.assets import Asset
from api.http.auth import Tokens
from api.http.metrics import Metrics
from api.live.loop import AreaLoop
from api.live.policies import Policies
from api.live.positions import Positions
from api.live.rescuer import Rescuer
from api.notify.senders import Vapid
from api.notify.subscriptions import Subscriptions
from api.reports.keeper import Reports
from api.settings import Settings
from api.store.store import Store
from api.trips.boarding_codes import BoardingCodes
from api.trips.isochrones import Isochrones
from api.trips.offers import OfferTokens
from api.trips.places import Stops
from api.trips.realtime import Realtime
from api.trips.timetables import Timetables
from api.views.board import VehicleBoard
from api.views.committed import Views
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
    policies: Policies
    rescuer: Rescuer
    timetables: Timetables
    realtime: Realtime
    stops: Stops
    hubs: Hubs
    isochrones: Isochrones
    reports: Reports
    views: Views
    codes: BoardingCodes
    positions: Positions
    board: VehicleBoard
    tokens: Tokens
    people: People
    offers: OfferTokens
    subscriptions: Subscriptions
    vapid: Vapid
    metrics: Metrics
    speed: float
    #: How many pages follow the manifest of each vehicle.
    at_the_wheel: Counter[str]
    zones: Asset
    roads: Asset
    feed: Asset | None


async def _served(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


#: The service, as a dependency of an endpoint.
Served = Annotated[Service, Depends(_served)]
