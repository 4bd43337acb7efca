"""One tiny feed as text; each test changes what it is about.

::

    trip t1 (weekdays):  A 08:00 > B 08:10 > C 08:20      trip t2:  C 23:50 > D 24:20
    B and C are 55 m apart; D is far away.
"""

import zipfile
from pathlib import Path

TINY = {
    "agency.txt": """\
agency_id,agency_name,agency_url,agency_timezone,agency_lang
S,속초시내버스,https://example.org,Asia/Seoul,ko
""",
    "stops.txt": """\
stop_id,stop_name,stop_lat,stop_lon
A,시청,38.2070,128.5918
B,중앙시장,38.2045,128.5900
C,갯배선착장,38.2040,128.5900
D,대포항,38.1750,128.6070
""",
    "routes.txt": """\
route_id,agency_id,route_short_name,route_long_name,route_type,route_color
r1,S,1,시청 - 갯배,3,0057B8
""",
    "trips.txt": """\
route_id,service_id,trip_id,trip_headsign
r1,weekday,t1,갯배
r1,weekday,t2,
""",
    "stop_times.txt": """\
trip_id,arrival_time,departure_time,stop_id,stop_sequence
t1,08:00:00,08:00:00,A,1
t1,08:10:00,08:11:00,B,2
t1,08:20:00,08:20:00,C,3
t2,23:50:00,23:50:00,C,1
t2,24:20:00,24:20:00,D,2
""",
    "calendar.txt": """\
service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date
weekday,1,1,1,1,1,0,0,20261123,20261204
""",
}


def with_changes(changes: dict[str, str | None] | None = None) -> dict[str, str]:
    """The tiny feed with files replaced, added or (None) removed."""
    files = TINY | (changes or {})
    return {name: text for name, text in files.items() if text is not None}


def edited(file: str, old: str, new: str) -> dict[str, str]:
    """The tiny feed with one text replaced in one file."""
    assert old in TINY[file], old
    return TINY | {file: TINY[file].replace(old, new)}


def write_folder(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def write_zip(path: Path, files: dict[str, str | bytes]) -> Path:
    """Write files into a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path
