"""What the report on the 9-minute city says, in Korean and English: one text for each."""

from api.reports.nine_minute import BUS_WALK_M, NineMinute

TITLE = {"ko": "{city}: 9분 생활권 보고서", "en": "{city}: the 9-minute city"}

MODES = {
    "walk_bus": {"ko": "도보+버스", "en": "walk + bus"},
    "walk_bus_shuttle": {"ko": "도보+버스+셔틀", "en": "walk + bus + shuttle"},
}

ALL_KINDS = {"ko": "모든 종류 각 1곳 이상", "en": "one of every kind"}
CITY = {"ko": "시 전체", "en": "Whole city"}

METHOD = {
    "ko": (
        "집에서 목적지 문 앞까지 9분 안에 닿는지를 셉니다. 걷는 시간과 기다리는 시간이 들어갑니다.",
        "매시간 {every_min}분 간격의 출발({n_departures}회)을 같은 비중으로 셉니다.",
        "집에서 정류장까지는 최대 {bus_walk_m} m, 셔틀 정류장까지는 최대 {walk_m} m를 걷습니다.",
        "셔틀은 가정이 아니라 배차 계획에 실제로 끼워 넣을 수 있을 때만 셉니다.",
        "셔틀에서 버스로 갈아타는 경우는 세고, 버스에서 셔틀로 갈아타는 경우는 세지 않습니다.",
    ),
    "en": (
        "Counted is what nine minutes reach from door to door, walks and waits included.",
        "Each hour has {n_departures} departures, {every_min} minutes apart, that count equally.",
        "People walk at most {bus_walk_m} m to a bus and {walk_m} m to a shuttle.",
        "A shuttle counts only where the fleet's plan really has room for one more.",
        "Changing from shuttle to bus is counted, from bus to shuttle is not.",
    ),
}

SIMULATED = {
    "ko": "차량 상태: 가상의 하루({day_kind}, 시드 {seed})를 모의 운행하며 그 시각의 계획에 "
    "물었습니다. 빈 차량에 물으면 실제보다 좋게 나오기 때문입니다. 이용 수요는 가정입니다.",
    "en": "The fleet: a made-up {day_kind} (seed {seed}) was driven, and its plan asked as it "
    "stood at each moment, because an idle fleet would flatter. Demand is an assumption.",
}
IDLE = {
    "ko": "차량 상태: 아무 예약이 없는 차량에 물었습니다. 실제로는 이보다 나쁩니다.",
    "en": "The fleet: vehicles with nothing to do were asked. On a real day it is worse than this.",
}

ESTIMATED = {"ko": "추정", "en": "Estimated"}
DAY_TABLE = {
    "ko": "9분 안에 그런 곳에 닿는 주민의 비율(%), 셔틀 운행 시간 평균: 도보+버스 → 셔틀 포함",
    "en": "Residents who reach such a place within 9 minutes (%), over the shuttle's hours: "
    "walk + bus → with the shuttle",
}
HOUR_TABLE = {
    "ko": "9분 안에 닿는 목적지의 비율(%), 주민 평균: 도보+버스 → 셔틀 포함",
    "en": "Destinations within 9 minutes of a resident (%), on average: "
    "walk + bus → with the shuttle",
}
ZONE, HOUR, RESIDENTS = (
    {"ko": "생활권", "en": "Living zone"},
    {"ko": "시각", "en": "Hour"},
    {"ko": "주민(가정)", "en": "Residents (assumed)"},
)
NONE_KNOWN = {
    "ko": "확인된 곳이 없어 세지 않은 종류: {kinds}.",
    "en": "Kinds of which no place is known, and so not counted: {kinds}.",
}


def list_method(report: NineMinute, language: str) -> list[str]:
    """How the report was made and what of it is estimated, one sentence or two each."""
    question, living = report.question, report.living
    every_min = question.every_s // 60
    figures = {
        "every_min": every_min,
        "n_departures": 3600 // question.every_s,
        "bus_walk_m": BUS_WALK_M,
        "walk_m": report.area.policy.walk_m,
    }
    fleet = SIMULATED if report.day_kind else IDLE
    lines = [text.format(**figures) for text in METHOD[language]]
    lines.append(fleet[language].format(day_kind=report.day_kind, seed=question.seed))
    known = {place.kind for place in living.destinations}
    missing = [k for i, k in enumerate(living.kinds) if i not in known]
    if missing:
        kinds = ", ".join(getattr(kind, f"name_{language}") for kind in missing)
        lines.append(NONE_KNOWN[language].format(kinds=kinds))
    note = getattr(living, f"note_{language}")
    area_note = getattr(report.area, f"note_{language}")
    lines.append(f"{ESTIMATED[language]}: {note} {area_note}")
    return lines
