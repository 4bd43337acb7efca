"""The page's modules by themselves, run in the browser that they are written for."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, Page

WEB = Path(__file__).parents[2] / "api" / "web"

pytestmark = pytest.mark.browser


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files; `.mjs` has no type in every system's list."""

    extensions_map: ClassVar[dict[str, str]] = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
    }

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def files() -> Iterator[str]:
    """Address of a server of the page's files alone, without the API."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=WEB)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(locale="ko-KR")
    yield page
    page.close()


@pytest.fixture
def blank(tab: Page, files: str) -> Page:
    """A fresh page of the same origin that runs nothing by itself."""
    tab.goto(f"{files}/icon.svg")
    return tab


def run(page: Page, body: str, argument: Any = None) -> Any:
    """Result of a JavaScript function body, which may await and reads `given`."""
    return page.evaluate(f"async (given) => {{ {body} }}", argument)


STOPS = [
    {"stop_id": "1", "name": {"ko": "속초시청", "en": "City Hall"}},
    {"stop_id": "2", "name": {"ko": "설악산 소공원", "en": "Seoraksan Sogongwon"}},
    {"stop_id": "3", "name": {"ko": "관광수산시장", "en": "Sokcho Tourist & Fishery Market"}},
    {"stop_id": "4", "name": {"ko": "대포항", "en": "Daepo Port"}},
]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("시청", "1"),
        ("속초 시청", "1"),
        ("ㅅㅊㅅㅊ", "1"),
        ("sokchosicheong", "1"),
        ("Sogcho sichung", "1"),
        ("city", "1"),
        ("seorak", "2"),
        ("sorak", "2"),
        ("설악", "2"),
        ("MARKET", "3"),
        ("sijang", "3"),
        ("daepohang", "4"),
        ("taepo", "4"),
        ("sokchoshichang", "1"),
        ("관광수신시장", "3"),
        ("fishary market", "3"),
        ("영랑동", "district 영랑동"),
        ("yeongnang", "district 영랑동"),
    ],
)
def test_search_forgives_spelling(blank: Page, typed: str, first: str) -> None:
    found = run(
        blank,
        """const { createIndex, search } = await import("/js/shared/search.mjs");
           const index = createIndex(given.stops, given.districts);
           return search(index, given.typed).map((found) => found.id);""",
        {"stops": STOPS, "districts": DISTRICTS, "typed": typed},
    )
    assert found[:1] == [first]


DISTRICTS = [{"name": {"ko": "영랑동", "en": "Yeongnang-dong"}, "stop_id": "4"}]


@pytest.mark.parametrize(
    ("name", "wanted", "letters"),
    # by hand: equal, a part, one letter changed, one missing, one too many
    [("market", "market", 0), ("fishmarket", "mark", 0), ("market", "marcet", 1),
     ("market", "maket", 1), ("market", "markket", 1), ("", "ab", 2)],
)  # fmt: skip
def test_letters_that_differ_are_counted(blank: Page, name: str, wanted: str, letters: int) -> None:
    body = """return (await import("/js/shared/search.mjs")).distanceWithin(...given);"""
    assert run(blank, body, [name, wanted]) == letters


@pytest.mark.parametrize(
    ("to", "point"),
    [([0, 1], "n"), ([1, 1], "ne"), ([1, 0], "e"), ([1, -1], "se"), ([0, -1], "s"),
     ([-1, -1], "sw"), ([-1, 0], "w"), ([-1, 1], "nw"), ([-0.1, 1], "n")],
)  # fmt: skip
def test_compass_points(blank: Page, to: list[float], point: str) -> None:
    body = """return (await import("/js/shared/directions.mjs")).compassPoint([0, 0], given);"""
    assert run(blank, body, to) == point


@pytest.mark.parametrize("typed", ["", "  ", "zzz", "!!", "부산"])
def test_search_finds_nothing_for_nothing(blank: Page, typed: str) -> None:
    found = run(
        blank,
        """const { createIndex, search } = await import("/js/shared/search.mjs");
           return search(createIndex(given.stops), given.typed);""",
        {"stops": STOPS, "typed": typed},
    )
    assert found == []


@pytest.mark.parametrize(
    ("korean", "roman"),
    # Revised Romanisation (Ministry of Culture and Tourism, 2000), letter by letter
    [
        ("속초", "sokcho"),
        ("강릉", "gangreung"),
        ("없다", "eopda"),
        ("의왕", "uiwang"),
        ("7번", "7beon"),
    ],
)
def test_romanise(blank: Page, korean: str, roman: str) -> None:
    body = """return (await import("/js/shared/romanise.mjs")).romanise(given);"""
    assert run(blank, body, korean) == roman


@pytest.mark.parametrize("part", sorted(path.name for path in (WEB / "locales").iterdir()))
def test_every_language_has_the_same_words(blank: Page, part: str) -> None:
    """Plural forms differ by language: only English has `one`."""
    languages = sorted(path.stem for path in (WEB / "locales" / part).glob("*.mjs"))
    assert {"ko", "en"} <= set(languages)
    words = {language: read_words(blank, part, language) for language in languages}
    ko = words["ko"]
    for language, told in words.items():
        assert {key for key in told if not key.endswith(".one")} == set(ko), language
        for key, text in ko.items():
            assert gaps(text) == gaps(told[key]), (language, key)
        assert all(text.strip() for text in told.values())


def read_words(page: Page, part: str, language: str) -> dict[str, str]:
    body = "return (await import(`/locales/${given[0]}/${given[1]}.mjs`)).default;"
    words: dict[str, str] = run(page, body, [part, language])
    return words


def gaps(text: str) -> set[str]:
    return {part.split("}")[0] for part in text.split("{")[1:]}


def test_times_are_those_of_the_service_not_of_the_traveller(browser: Browser, files: str) -> None:
    context = browser.new_context(timezone_id="America/New_York")
    page = context.new_page()
    page.goto(f"{files}/icon.svg")
    body = """const time = await import("/js/shared/time.mjs");
              return [time.rfc3339("2026-11-23", "14:05", "Asia/Seoul"),
                      time.clockTime("2026-11-23T14:05:00+09:00", "Asia/Seoul"),
                      time.isoDay("2026-11-23T00:30:00+09:00", "Asia/Seoul"),
                      time.rfc3339("2026-07-01", "09:00", "Europe/London")];"""
    assert run(page, body) == [
        "2026-11-23T14:05:00+09:00",
        "14:05",
        "2026-11-23",
        "2026-07-01T09:00:00+01:00",
    ]
    context.close()


def test_service_clock_runs_at_the_speed_of_the_service(blank: Page) -> None:
    body = """const { ServiceClock } = await import("/js/shared/time.mjs");
              const clock = new ServiceClock("Asia/Seoul");
              clock.set("2026-11-23T08:30:00+09:00", 60);
              const began = clock.now(), real = performance.now();
              await new Promise((resolve) => setTimeout(resolve, 200));
              return (clock.now() - began) / (performance.now() - real);"""
    assert run(blank, body) == pytest.approx(60, rel=0.05)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_events_are_parsed_however_the_bytes_fall(blank: Page, size: int) -> None:
    text = ': hello\n\nid: 1\nevent: a\ndata: {"x":1}\n\nid: 2\r\ndata: one\r\ndata: two\r\n\r\n'
    text += "data:bare\n\nevent: no-data\n\nid: 3\ndata: cut off"
    events = run(
        blank,
        """const { createParser } = await import("/js/shared/sse.mjs");
           const events = [];
           const parse = createParser((event) => events.push({ ...event }));
           for (let at = 0; at < given.text.length; at += given.size)
             parse(given.text.slice(at, at + given.size));
           return events;""",
        {"text": text, "size": size},
    )
    assert events == [
        {"id": "1", "type": "a", "data": '{"x":1}'},
        {"id": "2", "data": "one\ntwo"},
        {"id": "2", "data": "bare"},
    ]


def test_stream_is_opened_again_from_the_last_event(blank: Page) -> None:
    asked = run(
        blank,
        """const { follow } = await import("/js/shared/sse.mjs");
           const asked = [], states = [];
           const answers = [
             () => new Response("id: 7\\ndata: a\\n\\n"),
             () => { throw new TypeError("network"); },
             () => new Response("gone", { status: 503 }),
             () => new Response("id: 8\\ndata: b\\n\\n"),
           ];
           await new Promise((resolve) => {
             const stop = follow(async (headers) => {
               asked.push(headers["Last-Event-ID"] ?? null);
               return answers[asked.length - 1]();
             }, (event) => { if (event.data === "b") { stop(); resolve(); } },
             (connected) => states.push(connected));
           });
           return { asked, states };""",
    )
    assert asked["asked"] == [None, "7", "7", "7"]
    assert asked["states"] == [True, False, False, False, True]


def test_shuttle_glides_between_reports(blank: Page) -> None:
    positions = run(
        blank,
        """const { Glide } = await import("/js/shared/glide.mjs");
           const glide = new Glide([0, 0], 0);
           glide.report([10, 20], 1000);
           const between = [1000, 1500, 2000, 9000].map((at) => glide.position(at));
           glide.report([0, 0], 2500);
           const after = [2500, 4000].map((at) => glide.position(at));
           return [...between, ...after, glide.isMoving(4001)];""",
    )
    assert positions == [[0, 0], [5, 10], [10, 20], [10, 20], [10, 20], [0, 0], False]


def test_keys_of_requests_are_unique_without_a_secure_origin(blank: Page) -> None:
    keys = run(
        blank,
        """const { newKey } = await import("/js/shared/http.mjs");
           const withUuid = newKey();
           Object.defineProperty(crypto, "randomUUID", { value: undefined });
           return [withUuid, newKey(), newKey()];""",
    )
    assert len(set(keys)) == 3
    assert all(len(key) >= 32 for key in keys)


def test_wish_says_what_is_missing(blank: Page) -> None:
    problems = run(
        blank,
        """const { EMPTY_WISH, problemsOf } = await import("/js/rider/wish.mjs");
           const { startWords } = await import("/js/shared/i18n.mjs");
           await startWords("rider", ["ko"]);
           const a = { stop: given[0] }, b = { stop: given[1] };
           const wishes = [{}, { from: a }, { from: a, to: a }, { from: a, to: b },
             { from: a, to: b, when: "depart", day: "2026-11-23", time: "" }];
           return wishes.map((wish) => Object.keys(problemsOf({ ...EMPTY_WISH, ...wish })));""",
        STOPS,
    )
    assert problems == [["from", "to"], ["to"], ["to"], [], ["time"]]
