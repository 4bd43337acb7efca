"""What a process with these settings serves, and where that area's log is."""

from dataclasses import replace

from api.settings import Settings
from api.store.store import Store
from gtfs.area import Area, load_area


def served_area(settings: Settings) -> Area:
    """Return the area of the settings; that of a demo has an id, and so a log, of its own.

    Raises
    ------
    AreaError
        If the area file cannot be used.
    """
    area = load_area(settings.area)
    if not settings.demo:
        return area
    # People read offers in real seconds, however fast the demo's clock runs.
    valid_s = round(area.policy.offer_valid_s * settings.demo_speed)
    return replace(
        area,
        area_id=f"{area.area_id}-demo",
        policy=replace(area.policy, offer_valid_s=valid_s),
    )


def area_store(settings: Settings, area_id: str) -> Store:
    """Return the store of an area, not yet opened."""
    return Store(
        area_id,
        folder=settings.data_dir / ("demo" if settings.demo else "store"),
        url=settings.redis_url.get_secret_value() if settings.redis_url else "",
        allow_volatile=settings.allow_volatile_store,
    )
