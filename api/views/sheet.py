"""What the operator prints for a stop: its name, and the code that opens the booking from there."""

import io
from xml.sax.saxutils import escape

import segno

from api.schemas.service import StopView

#: A4 in tenths of a millimetre, so that whole numbers do.
_WIDTH, _HEIGHT = 2100, 2970
_QR_SIDE = 1100
_QUIET = 4  # modules of margin that readers need (ISO/IEC 18004)

_WORDS = (
    ("ko", "휴대전화 카메라로 찍으면 여기서 부르는 셔틀이 열립니다."),
    ("en", "Point your phone's camera here to call a shuttle to this stop."),
    ("ja", "スマートフォンのカメラで読み取ると、ここからシャトルを呼べます。"),
    ("zh", "用手机相机扫描，即可在此站呼叫接驳车。"),
)


def stop_sheet(stop: StopView, url: str) -> str:
    """Return a sheet to print and put up at a stop.

    Parameters
    ----------
    stop
        The stop.
    url
        What the code opens.

    Returns
    -------
    str
        SVG of one A4 page, black on white, without any outside file.
    """
    names = (_line("ko", stop.name.ko, 400, 150, bold=True), _line("en", stop.name.en, 540, 84))
    words = [_line(code, text, 2010 + 100 * at, 62) for at, (code, text) in enumerate(_WORDS)]
    foot = _line("en", f"{stop.stop_id} · {url}", 2790, 44)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
        f"<title>{escape(stop.name.ko)} {escape(stop.name.en)}</title>"
        f'<path d="M0 0h{_WIDTH}v{_HEIGHT}H0z" fill="#fff"/>'
        f"{''.join(names)}{_code(url)}{''.join(words)}{foot}</svg>"
    )


def _code(url: str) -> str:
    """The QR code, as one path; correction level Q bears a sticker's scratches."""
    qr = segno.make(url, error="q", micro=False)
    modules = qr.symbol_size(border=_QUIET)[0]
    out = io.BytesIO()
    qr.save(
        out, kind="svg", border=_QUIET, scale=_QR_SIDE / modules, xmldecl=False, svgns=False,
        omitsize=False, nl=False, title=None, desc=None,
    )  # fmt: skip
    left, top = (_WIDTH - _QR_SIDE) // 2, 720
    return f'<g transform="translate({left} {top})">{out.getvalue().decode()}</g>'


def _line(language: str, text: str, y: int, size: int, *, bold: bool = False) -> str:
    weight = ' font-weight="700"' if bold else ""
    # a long name is narrowed to the page instead of running over its edge
    room = _WIDTH - 200
    fits = f' textLength="{room}" lengthAdjust="spacingAndGlyphs"' * (_width(text) * size > room)
    return (
        f'<text xml:lang="{language}" x="{_WIDTH // 2}" y="{y}" font-size="{size}"{weight}'
        f' font-family="Pretendard, Noto Sans CJK KR, sans-serif" text-anchor="middle"{fits}>'
        f"{escape(text)}</text>"
    )


def _width(text: str) -> float:
    """About how many ems a text is wide: a Latin letter takes about half of a Korean one."""
    return sum(0.56 if letter.isascii() else 1.0 for letter in text)
