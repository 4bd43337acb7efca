"""The report on the 9-minute city as files: CSV, Markdown, GeoJSON and a picture."""

import csv
import io
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from api.reports.nine_minute import WALK_BUS, WITH_SHUTTLE, NineMinute
from api.reports.picture import draw
from api.reports.wording import (
    ALL_KINDS,
    CITY,
    DAY_TABLE,
    HOUR,
    HOUR_TABLE,
    MODES,
    RESIDENTS,
    TITLE,
    ZONE,
    list_method,
)

_M_PER_DEGREE = 111_320.0
COLUMNS = (
    "zone_id", "zone_ko", "zone_en", "hour", "mode", "kind", "residents_share",
    "destinations_share", "residents_assumed",
)  # fmt: skip


def write_report(report: NineMinute, folder: Path) -> tuple[Path, ...]:
    """Write every form of the report.

    Parameters
    ----------
    report
        The report.
    folder
        Where to; made if it does not exist, and what has the same name is replaced.

    Returns
    -------
    tuple of Path
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "nine-minute.csv": as_csv(report),
        "nine-minute.md": as_markdown(report),
        "nine-minute.geojson": json.dumps(as_geojson(report), ensure_ascii=False) + "\n",
        "nine-minute.svg": draw(report),
    }
    for name, text in texts.items():
        draft = folder / f"{name}.part"
        draft.write_text(text, "utf-8")
        draft.replace(folder / name)
    return tuple(folder / name for name in texts)


def list_zones(report: NineMinute) -> list[tuple[str, str, str, float]]:
    """Id, names and residents of each living zone, and of the whole city at the end."""
    living = report.living
    rows = [
        (zone.zone_id, zone.name_ko, zone.name_en, float(living.residents[living.zone == i].sum()))
        for i, zone in enumerate(report.area.zones)
    ]
    return [*rows, ("city", CITY["ko"], CITY["en"], float(living.population))]


def as_csv(report: NineMinute) -> str:
    """One row for each zone, hour, mode and kind; kind ``every`` means one of every kind."""
    text = io.StringIO()
    # Excel takes a file for UTF-8 if it says so.
    text.write("\ufeff")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    kinds = [*(kind.kind_id for kind in report.living.kinds), "every"]
    for z, (zone_id, ko, en, residents) in enumerate(list_zones(report)):
        for h, hour in enumerate(report.hours):
            for mode in MODES:
                shares = report.by_hour[mode][h]
                for k, kind in enumerate(kinds):
                    both = (_share(shares.residents[z, k]), _share(shares.ends[z, k]))
                    rows.writerow((zone_id, ko, en, hour, mode, kind, *both, round(residents)))
    return text.getvalue()


def _share(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.4f}"


def as_markdown(report: NineMinute) -> str:
    """The report to be read, first in Korean and then in English."""
    return (
        "\n\n".join(part for language in ("ko", "en") for part in _parts(report, language)) + "\n"
    )


def _parts(report: NineMinute, language: str) -> Iterator[str]:
    name = getattr(report.area, f"name_{language}")
    yield f"# {TITLE[language].format(city=name)} ({report.question.service_date})"
    yield "\n".join(f"- {line}" for line in list_method(report, language))
    yield f"**{DAY_TABLE[language]}**"
    yield _day_table(report, language)
    yield f"**{HOUR_TABLE[language]}**"
    yield _hour_table(report, language)


def _day_table(report: NineMinute, language: str) -> str:
    kinds = [getattr(kind, f"name_{language}") for kind in report.living.kinds]
    head = (ZONE[language], RESIDENTS[language], *kinds, ALL_KINDS[language])
    without, with_shuttle = (report.by_day[mode].residents for mode in (WALK_BUS, WITH_SHUTTLE))
    rows = [
        (
            ko if language == "ko" else en,
            f"{residents:,.0f}",
            *(_both(a, b) for a, b in zip(without[z], with_shuttle[z], strict=True)),
        )
        for z, (_, ko, en, residents) in enumerate(list_zones(report))
    ]
    return _table(head, rows)


def _hour_table(report: NineMinute, language: str) -> str:
    zones = list_zones(report)
    head = (HOUR[language], *(ko if language == "ko" else en for _, ko, en, _ in zones))
    rows = [
        (
            f"{hour:02}",
            *(
                _both(
                    report.by_hour[WALK_BUS][h].ends[z, -1],
                    report.by_hour[WITH_SHUTTLE][h].ends[z, -1],
                )
                for z in range(len(zones))
            ),
        )
        for h, hour in enumerate(report.hours)
    ]
    return _table(head, rows)


def _both(before: float, after: float) -> str:
    return "–" if math.isnan(before) else f"{before:.0%} → {after:.0%}"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def as_geojson(report: NineMinute) -> dict[str, Any]:
    """Zones, squares with residents, destinations (RFC 7946); shares over the shuttle's hours."""
    features = [*_zone_features(report), *_cell_features(report), *_destination_features(report)]
    notes = {f"note_{language}": list_method(report, language) for language in ("ko", "en")}
    about = {"service_date": report.question.service_date.isoformat(), "estimated": True, **notes}
    return {"type": "FeatureCollection", "properties": about, "features": features}


def _feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _zone_features(report: NineMinute) -> Iterator[dict[str, Any]]:
    kinds = [*(kind.kind_id for kind in report.living.kinds), "every"]
    for z, zone in enumerate(report.area.zones):
        residents = report.living.residents[report.living.zone == z].sum()
        shares = {
            mode: {
                kind: None if math.isnan(value) else round(float(value), 4)
                for kind, value in zip(kinds, report.by_day[mode].residents[z], strict=True)
            }
            for mode in MODES
        }
        yield _feature(
            zone.geometry, layer="zone", zone_id=zone.zone_id, name_ko=zone.name_ko,
            name_en=zone.name_en, residents_assumed=round(float(residents)),
            residents_share=shares,
        )  # fmt: skip


def list_corners(report: NineMinute, cell: int) -> list[list[float]]:
    """Corners of a square of residents, [lon, lat], closed."""
    living = report.living
    lat_d = living.cell_m / _M_PER_DEGREE / 2
    lon_d = lat_d / math.cos(math.radians(report.area.centre[1]))
    lon, lat = float(living.lon[cell]), float(living.lat[cell])
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))
    return [[round(lon + i * lon_d, 6), round(lat + j * lat_d, 6)] for i, j in signs]


def _cell_features(report: NineMinute) -> Iterator[dict[str, Any]]:
    living = report.living
    for cell in range(len(living.lon)):
        shares = {mode: round(float(report.by_cell[mode][cell]), 4) for mode in MODES}
        yield _feature(
            {"type": "Polygon", "coordinates": [list_corners(report, cell)]}, layer="residents",
            residents_assumed=round(float(living.residents[cell]), 1), destinations_share=shares,
        )  # fmt: skip


def _destination_features(report: NineMinute) -> Iterator[dict[str, Any]]:
    for place in report.living.destinations:
        yield _feature(
            {"type": "Point", "coordinates": [place.lon, place.lat]}, layer="destination",
            destination_id=place.destination_id, kind=report.living.kinds[place.kind].kind_id,
            name_ko=place.name_ko, name_en=place.name_en, estimated=place.estimated,
        )  # fmt: skip
