"""What riders are told, in their language; short enough for the lock screen of a phone."""

from api.notify.records import Note, NoteKind, NoteLanguage

_K = NoteKind

#: Title and text of each note; braces are filled from its facts.
WORDS: dict[NoteLanguage, dict[NoteKind, tuple[str, str]]] = {
    "ko": {
        _K.BOOKED: (
            "예약되었습니다",
            "{day} {from}–{until} 사이 {stop}에서 타세요. 승차번호 {code}",
        ),
        _K.SEAT_FOUND: (
            "자리가 났습니다",
            "{day} {from}–{until} 사이 {stop}에서 타세요. 승차번호 {code}",
        ),
        _K.NO_SEAT: ("자리가 나지 않았습니다", "대기가 끝났습니다. 다른 시간을 찾아보세요."),
        _K.CHANGED: ("시간이 바뀌었습니다", "{day} {from}–{until} 사이 {stop}에서 타세요."),
        _K.APPROACHING: ("셔틀이 곧 도착합니다", "{stop}에 {time}쯤 옵니다. 승차번호 {code}"),
        _K.ARRIVED: ("셔틀이 도착했습니다", "{stop}에서 {vehicle} 셔틀에 타세요. 승차번호 {code}"),
        _K.LATE: ("셔틀이 늦어집니다", "약속보다 {minutes}분 늦어집니다. 죄송합니다."),
        _K.DISRUPTED: (
            "운행에 문제가 생겼습니다",
            "다른 셔틀을 찾고 있습니다. 곧 다시 알려 드립니다.",
        ),
        _K.CANCELLED: (
            "예약이 취소되었습니다",
            "운영자가 {day} {from} 예약을 취소했습니다. 다른 시간을 찾아보세요.",
        ),
        _K.MISSED: ("타지 않으셔서 예약이 끝났습니다", "다시 가시려면 새로 예약해 주세요."),
        _K.CONNECTION: (
            "갈아탈 차의 시각이 바뀌었습니다",
            "{time} 차입니다. 화면에서 확인해 주세요.",
        ),
        _K.NEWS: ("알려 드립니다", "{text}"),
    },
    "en": {
        _K.BOOKED: ("Your ride is booked", "{day} {from}–{until} at {stop}. Boarding code {code}"),
        _K.SEAT_FOUND: ("A seat came free", "{day} {from}–{until} at {stop}. Boarding code {code}"),
        _K.NO_SEAT: ("No seat came free", "You are off the waiting list. Please try another time."),
        _K.CHANGED: ("Your ride has a new time", "{day} {from}–{until} at {stop}."),
        _K.APPROACHING: ("Your shuttle is near", "At {stop} at about {time}. Boarding code {code}"),
        _K.ARRIVED: (
            "Your shuttle is here",
            "Board shuttle {vehicle} at {stop}. Boarding code {code}",
        ),
        _K.LATE: ("Your shuttle is late", "{minutes} min later than promised. We are sorry."),
        _K.DISRUPTED: (
            "Something went wrong",
            "We are finding another shuttle and will tell you shortly.",
        ),
        _K.CANCELLED: (
            "Your ride was cancelled",
            "The operator cancelled {day} {from}. Please try another time.",
        ),
        _K.MISSED: ("Ended, as nobody boarded", "To travel after all, book a new ride."),
        _K.CONNECTION: (
            "Your connection has a new time",
            "It is now due at {time}. Please see the page.",
        ),
        _K.NEWS: ("News from the operator", "{text}"),
    },
    "ja": {
        _K.BOOKED: (
            "予約しました",
            "{day} {from}〜{until}、{stop}でお乗りください。乗車番号 {code}",
        ),
        _K.SEAT_FOUND: (
            "空席が出ました",
            "{day} {from}〜{until}、{stop}でお乗りください。乗車番号 {code}",
        ),
        _K.NO_SEAT: (
            "空席が出ませんでした",
            "キャンセル待ちは終わりました。別の時間をお探しください。",
        ),
        _K.CHANGED: ("時間が変わりました", "{day} {from}〜{until}、{stop}でお乗りください。"),
        _K.APPROACHING: ("まもなくシャトルが着きます", "{stop}に{time}ごろ。乗車番号 {code}"),
        _K.ARRIVED: ("シャトルが着きました", "{stop}で{vehicle}にお乗りください。乗車番号 {code}"),
        _K.LATE: ("シャトルが遅れています", "お約束より{minutes}分遅れます。申し訳ありません。"),
        _K.DISRUPTED: (
            "運行に問題が起きました",
            "別のシャトルを探しています。まもなくお知らせします。",
        ),
        _K.CANCELLED: (
            "予約が取り消されました",
            "運営者が{day} {from}の予約を取り消しました。別の時間をお探しください。",
        ),
        _K.MISSED: ("乗車がなかったため終了しました", "改めて予約してください。"),
        _K.CONNECTION: ("乗り継ぎの時刻が変わりました", "{time}の便です。画面でご確認ください。"),
        _K.NEWS: ("お知らせ", "{text}"),
    },
    "zh": {
        _K.BOOKED: ("已预约", "{day} {from}–{until}，请在{stop}上车。乘车码 {code}"),
        _K.SEAT_FOUND: ("有空位了", "{day} {from}–{until}，请在{stop}上车。乘车码 {code}"),
        _K.NO_SEAT: ("没有等到空位", "候补已结束，请选择其他时间。"),
        _K.CHANGED: ("时间已更改", "{day} {from}–{until}，请在{stop}上车。"),
        _K.APPROACHING: ("接驳车即将到达", "约{time}到达{stop}。乘车码 {code}"),
        _K.ARRIVED: ("接驳车已到达", "请在{stop}乘坐{vehicle}。乘车码 {code}"),
        _K.LATE: ("接驳车晚点", "比约定晚{minutes}分钟，非常抱歉。"),
        _K.DISRUPTED: ("运行出现问题", "正在安排其他车辆，稍后通知您。"),
        _K.CANCELLED: ("预约被取消", "运营方取消了{day} {from}的预约，请选择其他时间。"),
        _K.MISSED: ("无人上车，预约已结束", "如需乘车请重新预约。"),
        _K.CONNECTION: ("换乘时间有变", "班次时间为{time}，请在页面查看。"),
        _K.NEWS: ("运营通知", "{text}"),
    },
}


def words_of(note: Note, language: NoteLanguage) -> tuple[str, str]:
    """Return title and text of a note."""
    title, text = WORDS[language][note.kind]
    facts = {name: _in(fact, language) for name, fact in note.facts.items()}
    return title.format_map(facts), text.format_map(facts)


def _in(fact: str | dict[str, str], language: NoteLanguage) -> str:
    if isinstance(fact, str):
        return fact
    return fact.get(language) or fact.get("en" if language != "ko" else "ko") or fact["ko"]
