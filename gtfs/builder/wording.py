"""What the feed says about how far its data can be trusted, in Korean and English.

Rule: every stop, route and the feed itself says that it is estimated; nobody has to look the
label up elsewhere.
"""

from typing import NamedTuple

from gtfs.builder.schema import Count, Medium, Route, Stop


class Wording(NamedTuple):
    """One text in both languages."""

    ko: str
    en: str


_STOP_KO = {
    "sourced": "공개된 시설 좌표 (오차 약 {m} m)",
    "landmark_sourced": "추정 위치: 같은 이름 시설의 공개 좌표 (오차 약 {m} m), "
    "실제 승차 위치와 다를 수 있음",
    "derived": "추정 위치: 공개 좌표에서 계산 (오차 약 {m} m)",
    "estimate": "추정 위치 (오차 약 {m} m), 공식 정류장 좌표가 아님",
}
_STOP_EN = {
    "sourced": "Public coordinate of the facility (within about {m} m)",
    "landmark_sourced": "Estimated position: public coordinate of the landmark of this name "
    "(within about {m} m), the stop itself may be elsewhere",
    "derived": "Estimated position: computed from a public coordinate (within about {m} m)",
    "estimate": "Estimated position (within about {m} m), not an official stop coordinate",
}
_STATUS = {
    "published": Wording("보도된", "reported"),
    "plan": Wording("계획된", "planned"),
    "estimate": Wording("가정한", "assumed"),
}
_UNIT = {
    "run": Wording("하루 {n}회(왕복으로 해석)", "{n} runs a day (read as round trips)"),
    "train": Wording(
        "하루 {n}회(양방향 합계로 해석)", "{n} trains a day (read as both directions together)"
    ),
}


def describe_stop(stop: Stop) -> Wording:
    """Return where the position of a stop comes from."""
    m = stop.accuracy_m
    return Wording(_STOP_KO[stop.coord_kind].format(m=m), _STOP_EN[stop.coord_kind].format(m=m))


def describe_route(route: Route, count: Count) -> Wording:
    """Return where the timetable of a route comes from."""
    status, unit = _STATUS[count.status], _UNIT[count.unit]
    together = count.count_id if count.n_round_trips != route.runs_per_day else ""
    ko, en = (text.format(n=count.n_published) for text in unit)
    if together:
        ko, en = f"{ko} ({together} 합계)", f"{en} ({together} together)"
    if count.as_of:
        ko, en = f"{ko}, 기준 {count.as_of}", f"{en}, as of {count.as_of}"
    return Wording(
        f"추정 시각표: {status.ko} {ko}. 정류장별 시각은 추정",
        f"Estimated timetable: {status.en} {en}. Times at stops are estimated",
    )


def name_product(medium: Medium) -> str:
    """Return what a single ride paid with ``medium`` is called.

    In both languages at once: validators know no translations of fare_products.
    """
    return f"1회 승차 ({medium.name_ko}) / Single ride ({medium.name_en})"
