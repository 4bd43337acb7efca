"""``stops.txt`` and ``transfers.txt`` -> places to board and ways between them."""

import numpy as np
import pandas as pd

from gtfs.columns import column, get_table, integers, keyed
from gtfs.report import Action, LoadReport
from gtfs.tables import Tables
from gtfs.tidy import ROW
from routing.errors import FeedError
from routing.types import NONE

# Platforms, stations and boarding areas; entrances and generic nodes are not places to board.
_BOARDABLE = (0, 1, 4)


def read_stops(tables: Tables, report: LoadReport) -> pd.DataFrame:
    """Platforms, stations and boarding areas, each at a place.

    Parameters
    ----------
    tables
        Tables of the feed.
    report
        Takes what was repaired or dropped.

    Returns
    -------
    DataFrame
        Columns as in `gtfs.feed.Feed.stops`.

    Raises
    ------
    FeedError
        If no stop has coordinates.
    """
    frame = keyed(get_table(tables, "stops"), "stop_id", "stops.txt", report)
    ids = column(frame, "stop_id")
    lon = pd.to_numeric(frame["stop_lon"]).to_numpy(float, na_value=np.nan)
    lat = pd.to_numeric(frame["stop_lat"]).to_numpy(float, na_value=np.nan)
    kind = integers(frame, "location_type")
    parent = _parents(frame, ids, report)
    nowhere = ~((abs(lon) <= 180) & (abs(lat) <= 90)) | ((lon == 0) & (lat == 0))
    # A boarding area may inherit from a platform that itself inherits from a station.
    for _ in range(2):
        heir = nowhere & (parent >= 0) & ~nowhere[np.maximum(parent, 0)]
        lon, lat = np.where(heir, lon[parent], lon), np.where(heir, lat[parent], lat)
        nowhere &= ~heir
        report.add_rows(
            Action.REPAIRED, "stops.txt", "has no place of its own; the station's is used",
            frame.loc[heir, ROW], "stop_lat",
        )  # fmt: skip
    keep = np.isin(kind, _BOARDABLE)
    report.add_rows(
        Action.DROPPED,
        "stops.txt",
        "has no coordinates",
        frame.loc[keep & nowhere, ROW],
        "stop_lat",
    )
    keep &= ~nowhere
    if not keep.any():
        raise FeedError("no stop has coordinates", "stops.txt", int(frame[ROW].iloc[0]), "stop_lat")
    position = np.where(keep, np.cumsum(keep) - 1, NONE)
    name = column(frame, "stop_name")
    wheelchair = integers(frame, "wheelchair_boarding")
    inherits = (wheelchair == 0) & (parent >= 0)
    wheelchair = np.where(inherits, wheelchair[parent], wheelchair)
    table = pd.DataFrame(
        {
            "stop_id": ids,
            "name": name.where(name != "", ids),
            "code": column(frame, "stop_code"),
            "lon": lon,
            "lat": lat,
            "parent": np.where(parent >= 0, position[parent], NONE),
            "location_type": kind,
            "wheelchair": wheelchair,
        }
    )
    return table[keep].reset_index(drop=True)


def _parents(frame: pd.DataFrame, ids: pd.Series, report: LoadReport) -> np.ndarray:
    """Row position of each stop's parent; -1 where it has none."""
    named = column(frame, "parent_station")
    parent = pd.Index(ids).get_indexer(named)
    named_none = named.isin(["", "NA", "NULL", "null", "None"]).to_numpy(bool)
    lost = ((parent < 0) & ~named_none) | (parent == np.arange(len(frame)))
    report.add_rows(
        Action.REPAIRED, "stops.txt", "names a station that is not there; taken as none",
        frame.loc[lost, ROW], "parent_station",
    )  # fmt: skip
    return np.where(lost, -1, parent)


#: transfer_type of the last kind that leaves the vehicle.
_LAST_ON_FOOT = 3


def read_transfers(
    tables: Tables,
    stops: pd.DataFrame,
    routes: pd.DataFrame,
    trips: pd.DataFrame,
    report: LoadReport,
) -> pd.DataFrame:
    """Transfers between stops, routes and trips.

    Parameters
    ----------
    tables
        Tables of the feed.
    stops
        What `read_stops` returned.
    routes
        Routes of the feed.
    trips
        Trips that can be run.
    report
        Takes what was dropped.

    Returns
    -------
    DataFrame
        Columns as in `gtfs.feed.Feed.transfers`.
    """
    keys = {"stop": stops["stop_id"], "route": routes["route_id"], "trip": trips["trip_id"]}
    names = [f"{side}_{kind}" for kind in keys for side in ("from", "to")]
    frame = tables.find("transfers")
    if frame is None:
        return pd.DataFrame({name: np.zeros(0, np.int64) for name in (*names, "type", "min_s")})
    rows = frame[ROW].to_numpy()
    table = pd.DataFrame(
        {
            "type": integers(frame, "transfer_type"),
            "min_s": integers(frame, "min_transfer_s", -1),
        }
    )
    lost = np.zeros(len(frame), bool)
    # Staying seated leads from trip to trip, wherever that is.
    is_seat = table["type"].to_numpy() > _LAST_ON_FOOT
    for name in names:
        ids = column(frame, f"{name}_id")
        kind = name.rpartition("_")[2]
        found = pd.Index(keys[kind]).get_indexer(ids)
        table[name] = np.where(found < 0, int(NONE), found)
        is_needed = ~is_seat if kind == "stop" else is_seat & (kind == "trip")
        bad = (found < 0) & ((ids != "").to_numpy(bool) | is_needed)
        report.add_rows(
            Action.DROPPED, "transfers.txt", f"names a {kind} that is not there",
            rows[bad & ~lost], f"{name}_id",
        )  # fmt: skip
        lost |= bad
    return table[~lost].reset_index(drop=True)
