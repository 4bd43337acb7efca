"""The composition root: everything is put together here, once, and taken apart again."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

from api.accounts.people import build_people, greet_operator
from api.care.booker import Booker
from api.clocks.chosen import choose_clock
from api.clocks.clock import Clock, SystemClock
from api.clocks.service_time import ServiceTime
from api.demo.run import start_demo
from api.http.assets import AN_HOUR, Asset, asset, frame_route, page_routes
from api.http.auth import Caller, Role, Tokens
from api.http.errors import add_handlers
from api.http.metrics import Metrics
from api.http.middleware import Envelope
from api.http.openapi import api_routes, describe
from api.http.responses import GeoJSON, encode
from api.live.connections import ConnectionWatch
from api.live.loop import AreaLoop, settle_memory
from api.live.policies import Policies
from api.live.positions import Positions
from api.live.reoptimiser import Reoptimiser
from api.live.rescuer import Rescuer
from api.notify.composing import Composer
from api.notify.notifier import Notifier
from api.notify.senders import PhoneTexts, PushSender, Sender, Vapid, push_client
from api.notify.subscriptions import Subscriptions
from api.reports.keeper import Reports
from api.routers import ROUTERS
from api.schemas.service import Feature, FeatureCollection
from api.senders import load_sender
from api.served import area_store, served_area
from api.service import Service
from api.settings import Settings, signing_secret
from api.store.store import Store
from api.trips.boarding_codes import BoardingCodes
from api.trips.isochrones import Isochrones
from api.trips.itineraries import stop_name
from api.trips.offers import OfferTokens
from api.trips.places import BusStop, Stops
from api.trips.planner import find_hubs
from api.trips.realtime import Realtime, realtime_source
from api.trips.timetables import Timetables
from api.views.board import VehicleBoard
from api.views.committed import Views
from api.warmup import warm_kernels
from gtfs.area import Area, road_lines
from gtfs.compiled import CompiledDay
from routing.dispatch.commands import OpenDay
from routing.dispatch.decide import decide
from routing.dispatch.draft import Draft
from routing.dispatch.network import Network
from routing.errors import SokchoError

logger = logging.getLogger(__name__)

WEB = Path(__file__).parent / "web"
#: Real seconds between two looks whether a new day's timetable is due.
TIMETABLE_CHECK_S = 60.0
DEMO_TOKEN = timedelta(days=30)


def create_app(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """Return the service, ready to be run by an ASGI server.

    Parameters
    ----------
    settings
        All that the environment decides.
    clock
        What time it is; by default the machine's, or that of the demo.

    Returns
    -------
    FastAPI
        Its start-up reads the area, starts the store and the loop; its shutdown ends them.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        """Everything that runs as long as the service does."""
        async with AsyncExitStack() as stack:
            app.state.service = await _start(stack, settings, clock)
            yield

    app = FastAPI(
        lifespan=lifespan,
        middleware=[
            Middleware(
                Envelope,
                timeout_s=settings.request_timeout_s,
                max_body_bytes=settings.max_body_bytes,
            )
        ],
        generate_unique_id_function=lambda route: route.name,
        docs_url=None,
        redoc_url=None,
        # Traces and logs of requests would hold what people sent.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    for router in ROUTERS:
        app.include_router(router)
    app.router.routes.extend(page_routes(WEB))
    # the page itself says so where there is no such stop
    app.router.routes += [
        frame_route(path, WEB / "index.html") for path in ("/s/{stop_id}", "/care")
    ]
    app.state.routes = tuple(api_routes())
    add_handlers(app)
    describe(app)
    return app


async def _start(stack: AsyncExitStack, settings: Settings, clock: Clock | None) -> Service:
    secret, is_new = signing_secret(settings)
    if is_new:
        logger.warning("generated a secret, kept in %s", settings.data_dir)
    area = served_area(settings)
    store = await _open_store(stack, settings, area)
    clock = clock or await choose_clock(settings, area, store)
    time = ServiceTime(area.timezone, clock, area.policy)
    timetables = Timetables(area, settings.data_dir / "timetables")
    await timetables.prepare([time.today()])
    rescuer = Rescuer()
    stack.callback(rescuer.close)
    policies = Policies(store, area.policy)
    await policies.load()
    loop = await _start_loop(stack, area, store, clock, rescuer, policies)
    service = _service(settings, secret, area, clock, store, loop, policies, timetables, rescuer)
    await asyncio.to_thread(warm_kernels, area, timetables.find_any())
    settle_memory()
    await greet_operator(service.people, settings, [v.vehicle_id for v in area.fleet])
    _keep_running(stack, _prepare_days(service))
    if service.realtime.is_wanted:
        _keep_running(stack, service.realtime.run())
        _keep_running(stack, ConnectionWatch(service).run())
    stack.push_async_callback(service.reports.close)
    await _tell_riders(stack, service)
    _keep_running(stack, Booker(service).run())
    reoptimiser = Reoptimiser(loop)
    await reoptimiser.start()
    stack.push_async_callback(reoptimiser.close)
    if settings.demo and settings.port:
        _play_demo(stack, service)
    return service


async def _tell_riders(stack: AsyncExitStack, service: Service) -> None:
    client = await stack.enter_async_context(push_client())
    hosts = service.settings.push_hosts
    senders: dict[str, Sender] = {
        "push": PushSender(service.subscriptions, service.vapid, hosts, client),
        "text": PhoneTexts(
            service.store,
            load_sender(service.settings.text_sender),
            service.settings.phone_country,
        ),
    }
    composer = Composer(service.time, service.stops, service.views.codes)
    _keep_running(stack, Notifier(service.loop, service.store, composer, senders).run())


def _play_demo(stack: AsyncExitStack, service: Service) -> None:
    """Simulated drivers and riders, who come in by the front door like everybody."""
    host = "127.0.0.1" if service.settings.host in ("0.0.0.0", "::") else service.settings.host
    tokens = {
        vehicle.vehicle_id: service.tokens.issue(
            Caller(f"demo:{vehicle.vehicle_id}", Role.DRIVER, vehicle.vehicle_id), DEMO_TOKEN
        )[0]
        for vehicle in service.area.fleet
    }
    cast = start_demo(f"http://{host}:{service.settings.port}", service.settings.area, tokens)
    stack.callback(cast.terminate)


async def _open_store(stack: AsyncExitStack, settings: Settings, area: Area) -> Store:
    store = area_store(settings, area.area_id)
    await store.open()
    stack.push_async_callback(store.close)
    return store


async def _start_loop(
    stack: AsyncExitStack,
    area: Area,
    store: Store,
    clock: Clock,
    rescuer: Rescuer,
    policies: Policies,
) -> AreaLoop:
    loop = AreaLoop(
        store,
        decide,
        clock,
        zone=area.timezone,
        roster=lambda service_date: OpenDay(service_date, policies.on(service_date), area.fleet),
        network=lambda given: Network(area.travel_under(given.closures), given.policy.weights),
        get_ready=lambda state, network: Draft(state, state.now, network).get_ready(),
        rescuer=rescuer,
    )
    await loop.start()
    stack.push_async_callback(loop.close)
    return loop


def _service(
    settings: Settings,
    secret: bytes,
    area: Area,
    clock: Clock,
    store: Store,
    loop: AreaLoop,
    policies: Policies,
    timetables: Timetables,
    rescuer: Rescuer,
) -> Service:
    time = ServiceTime(area.timezone, clock, area.policy)
    stops = Stops(area, _bus_stops(timetables.find_any()), area.estimated)
    hubs = find_hubs(stops, area.policy.walk_speed_m_per_s)
    positions, feed, metrics = Positions(), timetables.read_feed(), Metrics()
    codes = BoardingCodes(secret)
    return Service(
        settings=settings,
        area=area,
        time=time,
        store=store,
        loop=loop,
        policies=policies,
        rescuer=rescuer,
        timetables=timetables,
        realtime=Realtime(realtime_source(settings, area), timetables, time, metrics),
        stops=stops,
        hubs=hubs,
        isochrones=Isochrones(area, stops, hubs),
        reports=Reports(area, settings.data_dir / "reports"),
        views=Views(time, stops, area.fares, codes, area.estimated),
        codes=codes,
        positions=positions,
        board=VehicleBoard(area, loop, time, stops, positions),
        tokens=Tokens(secret, SystemClock().now),
        people=build_people(settings, secret, store),
        offers=OfferTokens(secret),
        metrics=metrics,
        subscriptions=Subscriptions(store),
        vapid=Vapid(secret, _push_contact(settings)),
        speed=clock.speed,
        at_the_wheel=Counter(),
        zones=_zones(area),
        roads=asset(encode(road_lines(area)), GeoJSON.media_type, AN_HOUR),
        feed=None if feed is None else asset(feed, "application/zip", AN_HOUR),
    )


def _push_contact(settings: Settings) -> str:
    """Push services want to know whom to write to when notes go wrong."""
    return settings.push_contact or settings.public_url


def _bus_stops(day: CompiledDay | None) -> Sequence[BusStop]:
    if day is None:
        return ()
    return [
        BusStop(
            stop_id, stop_name(day, stop), float(day.stops.lon[stop]), float(day.stops.lat[stop])
        )
        for stop, stop_id in enumerate(day.stops.id)
    ]


def _zones(area: Area) -> Asset:
    features = tuple(
        Feature(
            zone.geometry,
            {"zone_id": zone.zone_id, "name_ko": zone.name_ko, "name_en": zone.name_en},
        )
        for zone in area.zones
    )
    return asset(encode(FeatureCollection(features)), GeoJSON.media_type, AN_HOUR)


def _keep_running(stack: AsyncExitStack, work: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(work)

    async def stop() -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    stack.push_async_callback(stop)


async def _prepare_days(service: Service) -> None:
    """Have the timetables of all days that can be booked, today and every day after."""
    prepared = ""
    while True:
        today = service.time.today()
        if today != prepared:
            await _prepare_from(service, date.fromisoformat(today))
            prepared = today
        await asyncio.sleep(TIMETABLE_CHECK_S)


async def _prepare_from(service: Service, first: date) -> None:
    n_days = service.area.policy.prebook_days + 1
    days = [(first + timedelta(days=ahead)).isoformat() for ahead in range(n_days)]
    try:
        await service.timetables.prepare(days)
    except SokchoError as error:
        # Bookings go on without buses.
        logger.error("no timetable for the coming days: %s", error)
