"""The map of the 9-minute city as a picture: two panels, without and with the shuttle (SVG 1.1).

Colours are five steps of one blue, told apart by who sees no colours, too; text is text.
"""

import math
from collections.abc import Iterator
from xml.sax.saxutils import escape

from api.reports.nine_minute import WALK_BUS, WITH_SHUTTLE, NineMinute
from api.reports.wording import ESTIMATED, MODES, TITLE

#: Upper bound of a share, and its colour (ColorBrewer's Blues, five classes).
STEPS = (
    (0.05, "#eff3ff"),
    (0.15, "#bdd7e7"),
    (0.30, "#6baed6"),
    (0.50, "#3182bd"),
    (1.01, "#08519c"),
)
PANEL, MARGIN, HEAD, FOOT = 560, 20, 90, 150
FONT = "'Noto Sans KR','Apple SD Gothic Neo','Malgun Gothic',sans-serif"


class _Frame:
    """From degrees to the points of a panel; the city fills it."""

    def __init__(self, report: NineMinute) -> None:
        lon, lat = report.living.lon, report.living.lat
        self._squeeze = math.cos(math.radians(report.area.centre[1]))
        self._west, self._north = float(lon.min()) - 0.006, float(lat.max()) + 0.006
        width = (float(lon.max()) + 0.006 - self._west) * self._squeeze
        height = self._north - float(lat.min()) + 0.006
        self.scale = PANEL / max(width, height)
        self.height = height * self.scale

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        """Point of a place."""
        x = (lon - self._west) * self._squeeze * self.scale
        return round(x, 1), round((self._north - lat) * self.scale, 1)


def draw(report: NineMinute) -> str:
    """Return the picture.

    Parameters
    ----------
    report
        The report.

    Returns
    -------
    str
        An SVG document with a title and a description for screen readers.
    """
    frame = _Frame(report)
    width = 2 * PANEL + 3 * MARGIN
    height = HEAD + frame.height + FOOT
    parts = [*_head(report, width, height)]
    for n, mode in enumerate((WALK_BUS, WITH_SHUTTLE)):
        left = MARGIN + n * (PANEL + MARGIN)
        parts.append(f'<g transform="translate({left},{HEAD})">')
        parts += _panel(report, frame, mode)
        parts.append("</g>")
    parts += _legend(report, HEAD + frame.height + 30)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _head(report: NineMinute, width: float, height: float) -> Iterator[str]:
    ko, en = (
        TITLE[language].format(city=getattr(report.area, f"name_{language}"))
        for language in ("ko", "en")
    )
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" role="img" '
        f'aria-labelledby="title desc" font-family="{FONT}" font-size="14">'
    )
    yield f'<title id="title">{escape(ko)} / {escape(en)}</title>'
    yield f'<desc id="desc">{escape(_described(report))}</desc>'
    yield f'<rect width="{width}" height="{height:.0f}" fill="#ffffff"/>'
    yield _text(MARGIN, 30, f"{ko} / {en}", size=22, weight="bold")
    day = report.question.service_date.isoformat()
    yield _text(MARGIN, 52, f"{day} · {ESTIMATED['ko']} / {ESTIMATED['en'].lower()}")


def _described(report: NineMinute) -> str:
    """The two figures that the picture shows, in words."""
    city = [report.by_day[mode].ends[-1, -1] for mode in (WALK_BUS, WITH_SHUTTLE)]
    return (
        f"주민 평균 9분 안에 닿는 목적지 {city[0]:.0%}, 셔틀 포함 {city[1]:.0%}. "
        f"Destinations within 9 minutes of a resident, on average {city[0]:.0%}, "
        f"with the shuttle {city[1]:.0%}."
    )


def _panel(report: NineMinute, frame: _Frame, mode: str) -> Iterator[str]:
    yield _text(0, -12, f"{MODES[mode]['ko']} / {MODES[mode]['en']}", size=16, weight="bold")
    yield f'<svg width="{PANEL}" height="{frame.height:.0f}" overflow="hidden">'
    for zone in report.area.zones:
        paths = " ".join(_path(frame, ring) for polygon in zone.polygons for ring in polygon)
        yield f'<path d="{paths}" fill="#f4f1ea" stroke="#8a8478" fill-rule="evenodd"/>'
    side = report.living.cell_m / 111_320.0 * frame.scale
    for lon, lat, share in zip(
        report.living.lon.tolist(), report.living.lat.tolist(), report.by_cell[mode].tolist(),
        strict=True,
    ):  # fmt: skip
        x, y = frame.at(lon, lat)
        yield (
            f'<rect x="{x - side / 2:.1f}" y="{y - side / 2:.1f}" width="{side:.1f}" '
            f'height="{side:.1f}" fill="{_colour(share)}"/>'
        )
    for place in report.living.destinations:
        x, y = frame.at(place.lon, place.lat)
        name = escape(f"{place.name_ko} / {place.name_en}")
        yield (
            f'<circle cx="{x}" cy="{y}" r="4" fill="#ffffff" stroke="#b2182b" stroke-width="2">'
            f"<title>{name}</title></circle>"
        )
    yield "</svg>"


def _path(frame: _Frame, ring: tuple[tuple[float, float], ...]) -> str:
    points = " ".join(f"{x},{y}" for x, y in (frame.at(*corner) for corner in ring))
    return f"M{points}Z"


def _colour(share: float) -> str:
    return next(colour for bound, colour in STEPS if share < bound)


def _legend(report: NineMinute, top: float) -> Iterator[str]:
    yield _text(
        MARGIN, top, "9분 안에 닿는 목적지의 비율 / share of destinations within 9 minutes",
        weight="bold",
    )  # fmt: skip
    low = 0.0
    for n, (bound, colour) in enumerate(STEPS):
        x = MARGIN + n * 130
        yield (
            f'<rect x="{x}" y="{top + 12:.0f}" width="24" height="18" fill="{colour}" '
            'stroke="#8a8478"/>'
        )
        yield _text(x + 32, top + 26, f"{low:.0%}–{min(bound, 1):.0%}")
        low = bound
    x = MARGIN + len(STEPS) * 130
    yield (
        f'<circle cx="{x + 12}" cy="{top + 21:.0f}" r="5" fill="#ffffff" stroke="#b2182b" '
        'stroke-width="2"/>'
    )
    yield _text(x + 32, top + 26, "목적지 / destination")
    for n, language in enumerate(("ko", "en")):
        note = getattr(report.living, f"note_{language}")
        for m, line in enumerate(_wrapped(note, 95 if language == "ko" else 165)):
            yield _text(MARGIN, top + 52 + n * 34 + m * 15, line, size=11)
    attribution = " · ".join(report.area.attribution)
    yield _text(MARGIN, top + 116, attribution, size=11)


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _text(x: float, y: float, text: str, size: int = 14, weight: str = "normal") -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" font-weight="{weight}" '
        f'fill="#222222">{escape(text)}</text>'
    )
