"""A table in small blocks says what it says in one piece, whatever stands in it."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gtfs.blocks import DECIMAL, INTEGER, TEXT, WORDS, BlockReader
from gtfs.report import LoadReport
from gtfs.source import open_source
from routing.errors import FeedError
from tests.gtfs.feeds import TINY, write_folder

TYPES = {"a": WORDS, "b": INTEGER, "c": TEXT, "d": DECIMAL}
CELLS = st.sampled_from(
    [
        "",
        "1",
        "12",
        "1.0",
        "+7",
        "-3",
        "x y",
        " 5 ",
        "NA",
        'q"q',
        "a,b",
        "l\nm",
        "1e3",
        "nan",
        "시청",
    ]
)


def read(folder, text, block_bytes, encoding="utf-8"):
    """``(row, cells)`` of a table, and what was reported."""
    data = text if isinstance(text, bytes) else text.encode(encoding)
    write_folder(folder, TINY | {"table.txt": data})
    with open_source(folder, ["table.txt"]) as files:
        reader = BlockReader(files, "table.txt", TYPES, "cp949", block_bytes=block_bytes)
        found = [
            (int(row), {name: table[name][i].as_py() for name in table.column_names})
            for table, rows in reader
            for i, row in enumerate(rows)
        ]
        report = LoadReport()
        reader.report_to(report)
    return found, [str(finding) for finding in report]


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=12),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    block_bytes=st.integers(16, 60),
    blanks=st.integers(0, 2),
)
def test_small_blocks_read_as_the_whole_does(
    tmp_path_factory, rows, quoting, end, block_bytes, blanks
):
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator=end)
    out.write(end * blanks)
    writer.writerows([["a", "B ", "c", "d"], *rows])
    folder = tmp_path_factory.mktemp("blocks")
    whole = read(folder / "whole", out.getvalue(), 1 << 20)
    assert read(folder / "parts", out.getvalue(), block_bytes) == whole
    kept = [row for row in rows if any(cell.strip() for cell in row)]
    assert [cells["a"] for _, cells in whole[0]] == [row[0].strip() for row in kept]
    assert [cells["c"] for _, cells in whole[0]] == [row[2].strip() for row in kept]


def test_rows_are_lines_and_faults_are_listed_once(tmp_path):
    text = "a,b,c,d\n" + "p,1,x,0.5\n" * 30 + "p,one,x,0.5\n\np,2\np,3,x,1,2\n" + "p,4,x,\n" * 9
    found, report = read(tmp_path, text, 40)
    assert [row for row, _ in found] == [*range(2, 33), 34, *range(36, 45)]
    assert report == [
        "repaired table.txt b row 32: is not a number and was taken as empty",
        "dropped table.txt row 35: has more cells than the header has columns",
        "repaired table.txt row 34: has fewer cells than columns; the rest is empty",
    ]


def test_columns_may_be_missing_repeated_or_nameless(tmp_path):
    found, report = read(tmp_path, "a,,a,B\np,x,q,5\n", 1 << 20)
    assert found == [(2, {"a": "p", "b": 5})]
    assert report == ["dropped table.txt: has nameless or repeated columns; the first one is kept"]


@pytest.mark.parametrize(("encoding", "shown"), [("cp949", "not UTF-8, read as cp949"),
                                                 ("utf-16", "is UTF-16")])  # fmt: skip
def test_other_encodings_are_read_block_by_block(tmp_path, encoding, shown):
    text = "a,b,c,d\n" + "시청,1,갯배,2\n" * 20
    found, report = read(tmp_path, text, 64, encoding)
    assert {(cells["a"], cells["c"]) for _, cells in found} == {("시청", "갯배")}
    assert len(found) == 20
    assert shown in "".join(report)


def test_a_quote_that_is_never_closed_is_found_without_reading_all(tmp_path):
    text = "a,b,c,d\n" + 'p,1,"x,2\n' + "p,1,x,2\n" * 5000
    with pytest.raises(FeedError, match=r"table.txt row 2: opens a quote"):
        read(tmp_path, text, 64)
