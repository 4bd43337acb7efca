"""The published list of problem types: everything that this service refuses, and what to do next.

Rule: a refusal has one type; its HTTP status and its words, in both languages, stand here only.
Source of the form: RFC 9457, Problem Details for HTTP APIs.
"""

from typing import NamedTuple

from api.http.languages import Text
from routing.dispatch.rejections import RejectReason

#: Where the list is published; the URI of a type is this, a slash and its code.
PATH = "/v1/problems"


class ProblemType(NamedTuple):
    """One kind of refusal."""

    code: str
    status: int
    title: Text
    #: What went wrong and what to do next.
    advice: Text

    @property
    def uri(self) -> str:
        """The ``type`` of RFC 9457, relative to the service."""
        return f"{PATH}/{self.code}"


def _type(code: str, status: int, ko: str, en: str, ko_advice: str, en_advice: str) -> ProblemType:
    return ProblemType(code, status, Text(ko, en), Text(ko_advice, en_advice))


_R = RejectReason

_OF_A_RIDE = (
    _type(_R.NO_ROOM, 422, "자리가 없습니다", "No room",
          "요청하신 시간에는 자리가 없습니다. 다른 시간이나 버스를 이용해 주세요.",
          "No shuttle has room then. Take another time or the bus named in `alternatives`."),
    _type(_R.OUT_OF_AREA, 422, "서비스 지역 밖입니다", "Outside the service area",
          "출발지나 도착지가 서비스 지역 밖입니다. 지도에 표시된 권역 안의 장소를 골라 주세요.",
          "A place is outside the service area. Choose places inside the zones of /v1/zones."),
    _type(_R.OUT_OF_HOURS, 422, "운행 시간이 아닙니다", "Outside service hours",
          "셔틀이 운행하지 않는 시간입니다. 운행 시간 안에서 다시 골라 주세요.",
          "Shuttles do not run then. Choose a time within the hours given by /v1/service."),
    _type(_R.IN_THE_PAST, 422, "이미 지난 시간입니다", "In the past",
          "이미 지난 시간입니다. 지금 이후의 시간을 골라 주세요.",
          "That time has passed. Choose a time from now on; /v1/service tells the service time."),
    _type(_R.TOO_LATE, 422, "예약하기에 너무 늦었습니다", "Too late to book",
          "출발까지 남은 시간이 너무 짧습니다. 조금 뒤의 시간을 골라 주세요.",
          "That is too soon from now to be arranged. Choose a later time."),
    _type(_R.TOO_FAR_AHEAD, 422, "아직 예약할 수 없는 날짜입니다", "Too far ahead",
          "예약 가능한 기간보다 먼 날짜입니다. 더 가까운 날짜를 골라 주세요.",
          "That day cannot be booked yet. Choose a day within `prebook_days` of /v1/service."),
    _type(_R.PARTY_TOO_LARGE, 422, "인원이 너무 많습니다", "Party too large",
          "한 번에 태울 수 없는 인원입니다. 인원을 나누어 예약해 주세요.",
          "No shuttle can take that many together. Book in smaller groups."),
    _type("unknown-recurring-trip", 404, "없는 정기 이용입니다", "No such recurring trip",
          "그런 정기 이용이 없거나 끝났습니다. 목록을 다시 열어 주세요.",
          "There is none of that id, or it has ended. Read /v1/recurring-trips again."),
    _type("recurring-limit", 422, "정기 이용이 너무 많습니다", "Too many recurring trips",
          "더는 등록할 수 없습니다. 쓰지 않는 정기 이용을 먼저 끝내 주세요.",
          "No more can be kept. End one that is not needed any longer."),
    _type("passenger-limit", 422, "이용자 명단이 가득 찼습니다", "The list of passengers is full",
          "더는 등록할 수 없습니다. 쓰지 않는 분을 먼저 지워 주세요.",
          "No more can be kept. Erase somebody who is not needed any longer."),
    _type("push-not-allowed", 422, "알림을 보낼 수 없는 주소입니다", "Notes cannot be sent there",
          "이 브라우저의 알림 서비스는 지원하지 않습니다. 다른 브라우저로 시도해 주세요.",
          "That is no address or key of a push service known here. Use another browser."),
    _type("party-mismatch", 422, "인원이 맞지 않습니다", "Party does not add up",
          "휠체어·경로·어린이 인원은 전체 인원에 포함됩니다. 인원을 다시 확인해 주세요.",
          "Wheelchair users, seniors and children are among `passengers`. Count again."),
    _type(_R.NO_STOP_IN_REACH, 422, "걸어갈 수 있는 정류장이 없습니다", "No stop in reach",
          "걸어갈 수 있는 거리에 정류장이 없습니다. 가까운 정류장을 골라 주세요.",
          "No stop is within walking distance. Choose one of /v1/stops."),
    _type(_R.WALK_INSTEAD, 422, "걷는 편이 낫습니다", "Walk instead",
          "출발지와 도착지가 같은 정류장입니다. 걸어가시거나 다른 장소를 골라 주세요.",
          "Both places share the nearest stop. Walk, or choose places farther apart."),
    _type(_R.HELD_BACK, 409, "주민·교통약자 좌석만 남았습니다", "Kept for residents and seniors",
          "남은 차량은 주민, 어르신, 휠체어 이용자를 위해 비워 두었습니다. "
          "alternatives의 시간이나 버스를 골라 주세요.",
          "What is free is kept for residents, seniors and wheelchair users until shortly before. "
          "Choose another time or a bus from `alternatives`."),
    _type(_R.OFFER_EXPIRED, 409, "제안의 유효 시간이 지났습니다", "Offer expired",
          "제안이 만료되었습니다. offers의 새 제안을 고르거나 다시 요청해 주세요.",
          "The offer is no longer valid. Confirm one of the fresh `offers`, or ask again."),
    _type(_R.STALE_OFFER, 409, "그 사이 자리가 찼습니다", "Offer taken meanwhile",
          "그 사이 다른 예약이 들어왔습니다. offers의 새 제안을 고르거나 다시 요청해 주세요.",
          "Others were quicker. Confirm one of the fresh `offers`, or ask again."),
    _type(_R.DUPLICATE_BOOKING, 409, "이미 예약되었습니다", "Already booked",
          "이 제안은 이미 예약되었습니다. 내 예약을 확인해 주세요.",
          "This offer has been booked already. See GET /v1/bookings."),
)  # fmt: skip

_OF_THE_ROOM = (
    _type(_R.SUSPENDED, 422, "운행이 중단된 시간입니다", "Service suspended",
          "그 시간에는 운행이 중단되어 있습니다. alternatives의 시간이나 버스를 이용해 주세요.",
          "No shuttle runs there then. Take the time in `alternatives`, or a bus."),
    _type(_R.UNKNOWN_CLOSURE, 404, "없는 통제입니다", "Unknown closure",
          "그런 도로 통제가 없거나 이미 풀렸습니다. 목록을 다시 확인해 주세요.",
          "There is no such closure, or it was lifted. Read GET /v1/closures again."),
    _type(_R.UNKNOWN_SUSPENSION, 404, "없는 운행 중단입니다", "Unknown suspension",
          "그런 운행 중단이 없거나 이미 풀렸습니다. 목록을 다시 확인해 주세요.",
          "There is no such suspension, or it was lifted. Read GET /v1/suspensions again."),
    _type(_R.ROSTER_CONFLICT, 422, "맞지 않는 근무표입니다", "Roster does not add up",
          "근무 시간이 차량의 운행 시간을 벗어나거나 서로 겹칩니다. cause를 보고 고쳐 주세요.",
          "Hours lie outside of the shift or overlap. Mend what `cause` names."),
    _type("unknown-zone", 422, "없는 권역입니다", "Unknown zone",
          "그런 권역이 없습니다. /v1/zones에서 찾아 주세요.",
          "There is no such zone. Find it in /v1/zones."),
    _type("invalid-policy", 422, "쓸 수 없는 운영 규칙입니다", "Rules that cannot hold",
          "값이 맞지 않아 아무것도 바꾸지 않았습니다. cause에 적힌 규칙을 고쳐 주세요.",
          "Nothing was changed. Mend the rule that `cause` names."),
    _type("no-roads", 422, "도로 자료가 없는 지역입니다", "Area without roads",
          "이 지역에는 도로 자료가 없어 통제할 수 없습니다. 운행 중단을 이용해 주세요.",
          "This area has no road data, so nothing can be closed. Suspend the service instead."),
)  # fmt: skip

_OF_THE_LIFECYCLE = (
    _type(_R.UNKNOWN_BOOKING, 404, "없는 예약입니다", "Unknown booking",
          "그런 예약이 없거나 볼 권한이 없습니다. 예약 번호를 확인해 주세요.",
          "There is no such booking that you may see. Check its id in GET /v1/bookings."),
    _type(_R.UNKNOWN_VEHICLE, 404, "없는 차량입니다", "Unknown vehicle",
          "그런 차량이 없습니다. 차량 목록을 확인해 주세요.",
          "There is no such vehicle. See GET /v1/vehicles."),
    _type(_R.UNKNOWN_INCIDENT, 404, "없는 사건입니다", "Unknown incident",
          "그런 사건이 없습니다. 사건 목록을 다시 받아 주세요.",
          "There is no such incident. Read /v1/incidents again."),
    _type("wrong-boarding-code", 422, "탑승 번호가 맞지 않습니다", "Wrong boarding code",
          "이 예약의 탑승 번호가 아닙니다. 승객의 화면에 있는 네 자리 번호를 다시 확인해 주세요.",
          "That is not this booking's code. Look at the four digits on the rider's screen again."),
    _type(_R.UNKNOWN_VISIT, 404, "없는 방문입니다", "Unknown visit",
          "그런 방문 일정이 없습니다. 운행표를 다시 받아 주세요.",
          "There is no such visit. Read the manifest of the vehicle again."),
    _type(_R.WRONG_STATE, 409, "지금은 할 수 없는 일입니다", "Wrong state",
          "현재 예약 상태에서는 할 수 없습니다. 예약을 다시 확인해 주세요.",
          "That cannot happen to the booking as it stands now. Read it again."),
    _type(_R.NOT_NEXT, 409, "다음 차례가 아닙니다", "Not the next visit",
          "차량의 다음 방문이 아닙니다. 운행표의 순서를 따라 주세요.",
          "The vehicle has another visit first. Follow the order of its manifest."),
    _type(_R.NOT_AT_STOP, 409, "차량이 정류장에 없습니다", "Not at the stop",
          "차량이 아직 정류장에 도착하지 않았습니다. 먼저 도착을 알려 주세요.",
          "The vehicle has not arrived at the stop. Report its arrival first."),
    _type(_R.RIDERS_PENDING, 409, "아직 타지 않은 승객이 있습니다", "Riders pending",
          "아직 타지 않은 승객이 있습니다. 탑승이나 미탑승을 먼저 기록해 주세요.",
          "Somebody has not boarded yet. Record boarding or no-show first."),
    _type(_R.TOO_EARLY, 409, "아직 이릅니다", "Too early",
          "아직 할 수 없습니다. 약속한 대기 시간이 지난 뒤 다시 시도해 주세요.",
          "It is too early for that. Try again when the promised wait is over."),
    _type(_R.CONTACT_FIRST, 409, "먼저 연락해 주세요", "Contact first",
          "미탑승으로 기록하기 전에 승객에게 연락을 시도하고 기록해 주세요.",
          "Try to reach the rider and record it before a no-show."),
    _type(_R.REVERSAL_TOO_LATE, 409, "되돌리기에 너무 늦었습니다", "Too late to undo",
          "되돌릴 수 있는 시간이 지났습니다. 새로 예약해 주세요.",
          "The time for undoing is over. Make a new booking."),
    _type(_R.LOCKED, 409, "배차가 고정되어 있습니다", "Assignment locked",
          "관제사가 배차를 고정했습니다. 먼저 고정을 풀어 주세요.",
          "A dispatcher locked this assignment. Unlock it first."),
    _type(_R.STALE_PLAN, 409, "그 사이 배차가 바뀌었습니다", "Plan moved on",
          "그 사이 배차가 바뀌었습니다. 다시 읽고 시도해 주세요.",
          "The plan has changed meanwhile. Read it again and retry."),
    _type(_R.PLAN_INVALID, 422, "지킬 수 없는 배차입니다", "Plan not feasible",
          "승객과의 약속을 지킬 수 없는 배차입니다. 다른 차량을 골라 주세요.",
          "That plan would break a promise or a limit. Choose another vehicle."),
    _type(_R.DAY_NOT_OPEN, 422, "운행일이 아닙니다", "Not a service day",
          "그 날짜에는 운행 계획이 없습니다. 다른 날짜를 골라 주세요.",
          "No service is planned on that day. Choose another day."),
    _type(_R.DAY_ALREADY_OPEN, 409, "이미 시작된 운행일입니다", "Day already open",
          "이미 시작된 운행일입니다. 더 할 일은 없습니다.",
          "That service day has begun already. There is nothing to do."),
    _type(_R.CLOCK_WENT_BACK, 503, "시계가 맞지 않습니다", "Clock went back",
          "서버 시각을 확인하고 있습니다. 잠시 뒤 다시 시도해 주세요.",
          "The server's clock is behind its log. Try again shortly."),
)  # fmt: skip

_OF_SIGN_IN = (
    _type("sign-in-failed", 401, "로그인하지 못했습니다", "Not signed in",
          "이름이나 비밀번호가 맞지 않습니다. 다시 입력하거나 관리자에게 문의해 주세요.",
          "Name or password is wrong. Try again, or ask your administrator."),
    _type("too-many-tries", 429, "잠시 기다려 주세요", "Too many tries",
          "시도가 너무 많았습니다. Retry-After에 적힌 시간(초) 뒤에 다시 해 주세요.",
          "Too many tries. Wait for the seconds in Retry-After and try again."),
    _type("cross-site", 403, "다른 사이트에서 온 요청입니다", "Request of another site",
          "이 서비스의 화면에서 다시 시도해 주세요. 프로그램은 Bearer 토큰을 써 주세요.",
          "Use the pages of this service; programs send `Authorization: Bearer` instead."),
    _type("no-role", 403, "맡은 역할이 없습니다", "No role here",
          "이 계정에 역할이 없습니다. 관리자에게 역할을 요청해 주세요.",
          "Your account has no role in this service. Ask your administrator for one."),
    _type("provider-unavailable", 503, "로그인 서버가 답하지 않습니다",
          "Identity provider unavailable",
          "기관 로그인 서버가 답하지 않습니다. 잠시 뒤 다시 시도해 주세요.",
          "The identity provider does not answer. Try again shortly."),
    _type("weak-password", 422, "비밀번호가 약합니다", "Password too weak",
          "열 글자 이상, 이름이 들어가지 않은 비밀번호를 정해 주세요.",
          "Choose 10 characters or more, not the same few, without the account's name."),
    _type("account-exists", 409, "이미 있는 계정입니다", "Account exists",
          "같은 이름의 계정이 있습니다. 다른 이름을 골라 주세요.",
          "Another account has this name. Choose another."),
    _type("account-mismatch", 422, "계정 내용이 맞지 않습니다", "Account does not add up",
          "차량은 기사에게만 정할 수 있고, 새 계정에는 비밀번호가 필요합니다.",
          "Only drivers have a vehicle, riders have no account, and a new one needs a password."),
    _type("last-admin", 409, "마지막 관리자입니다", "Last administrator",
          "관리자가 한 명은 있어야 합니다. 먼저 다른 관리자를 만들어 주세요.",
          "Somebody must be able to administer. Make another administrator first."),
    _type("setup-done", 409, "이미 설정되었습니다", "Set up already",
          "관리자가 이미 있습니다. 로그인해 주세요.",
          "There is an administrator already. Sign in."),
    _type("wrong-code", 422, "인증번호가 맞지 않습니다", "Wrong code",
          "인증번호가 틀렸거나 만료되었습니다. 다시 확인하거나 새 번호를 받아 주세요.",
          "The code is wrong or too old. Check it, or ask for a new one."),
    _type("wrong-phone", 422, "전화번호가 아닙니다", "Not a phone number",
          "전화번호를 확인해 주세요. 예: 010-1234-5678",
          "Check the number; abroad begin with + and the country code."),
    _type("not-sent", 503, "문자를 보내지 못했습니다", "Text not sent",
          "문자를 보내지 못했습니다. 잠시 뒤 다시 시도해 주세요.",
          "The text could not be sent. Try again shortly."),
)  # fmt: skip

_OF_HTTP = (
    _type("malformed", 400, "요청 형식이 잘못되었습니다", "Malformed request",
          "요청을 읽을 수 없습니다. errors에 적힌 항목을 고쳐 주세요.",
          "The request cannot be understood. Mend what `errors` names."),
    _type("invalid-offer", 422, "쓸 수 없는 제안입니다", "Not an offer of this service",
          "예약할 수 있는 제안이 아닙니다. 경로를 다시 요청해 주세요.",
          "That is not an offer that can be booked here. Ask POST /v1/trip-requests again."),
    _type("missing-idempotency-key", 400, "Idempotency-Key가 없습니다", "Idempotency-Key missing",
          "Idempotency-Key 헤더에 새 고유값(예: UUID)을 넣어 다시 보내 주세요.",
          "Send a new unique value, such as a UUID, in the header Idempotency-Key."),
    _type("idempotency-key-in-flight", 409, "같은 요청을 처리하고 있습니다", "Still in progress",
          "같은 요청이 아직 처리 중입니다. 잠시 뒤 같은 키로 다시 보내 주세요.",
          "The first request with this key is in progress. Repeat it shortly, with the same key."),
    _type("idempotency-key-mismatch", 422, "이미 다른 요청에 쓴 키입니다", "Key used before",
          "같은 Idempotency-Key로 다른 내용을 보냈습니다. 새 키를 써 주세요.",
          "This Idempotency-Key was used for another request. Use a new one."),
    _type("unauthorised", 401, "인증이 필요합니다", "Token missing or not valid",
          "로그인이 필요하거나 만료되었습니다. 다시 로그인하거나 앱에서 다시 시작해 주세요.",
          "Sign in again; programs send `Authorization: Bearer` with a token that is still valid."),
    _type("forbidden", 403, "권한이 없습니다", "Not your role",
          "이 일을 할 수 있는 역할이 아닙니다. 담당자의 토큰으로 다시 시도해 주세요.",
          "Your role may not do this. Use a token of one of the roles that the API names."),
    _type("not-found", 404, "찾을 수 없습니다", "Not found",
          "그런 주소나 항목이 없습니다. /docs의 목록을 확인해 주세요.",
          "There is nothing here. See /docs for what there is."),
    _type("unknown-stop", 404, "없는 정류장입니다", "Unknown stop",
          "그런 정류장이 없습니다. /v1/stops에서 찾아 주세요.",
          "There is no such stop. Find it in /v1/stops."),
    _type("method-not-allowed", 405, "쓸 수 없는 방법입니다", "Method not allowed",
          "이 주소에서는 Allow 헤더에 적힌 방법만 쓸 수 있습니다.",
          "Use one of the methods in the header Allow."),
    _type("not-acceptable", 406, "제공하지 않는 형식입니다", "Not acceptable",
          "Accept 헤더에 application/json을 허용해 주세요.",
          "Allow application/json in the header Accept."),
    _type("stale-version", 412, "그 사이 바뀌었습니다", "Version moved on",
          "읽은 뒤에 내용이 바뀌었습니다. 다시 읽고 새 ETag로 시도해 주세요.",
          "It has changed since you read it. Read it again and use the new ETag."),
    _type("payload-too-large", 413, "내용이 너무 큽니다", "Payload too large",
          "보낸 내용이 너무 큽니다. 줄여서 다시 보내 주세요.",
          "The body is too large. Send less at a time."),
    _type("unsupported-media-type", 415, "지원하지 않는 형식입니다", "Unsupported media type",
          "Content-Type을 application/json으로 보내 주세요.",
          "Send the body as Content-Type: application/json."),
    _type("internal", 500, "서버에 문제가 생겼습니다", "Internal error",
          "문제를 기록했습니다. 같은 Idempotency-Key로 다시 시도해 주세요.",
          "It has been recorded. Try again with the same Idempotency-Key."),
    _type("store-unavailable", 503, "잠시 저장할 수 없습니다", "Store unavailable",
          "아무것도 저장되지 않았습니다. 잠시 뒤 같은 Idempotency-Key로 다시 시도해 주세요.",
          "Nothing was recorded. Try again after Retry-After with the same Idempotency-Key."),
    _type("not-ready", 503, "준비 중입니다", "Not ready",
          "서비스를 시작하는 중입니다. 잠시 뒤 다시 시도해 주세요.",
          "The service is starting. Try again after Retry-After."),
    _type("report-in-the-making", 409, "다른 보고서를 만드는 중입니다",
          "Another report is being made",
          "보고서는 한 번에 하나씩 만듭니다. 잠시 뒤에 다시 요청해 주세요.",
          "Reports are made one at a time. Ask again in a minute."),
    _type("no-timetable", 422, "버스 시간표가 없습니다", "No timetable",
          "그 날짜의 버스 시간표가 없습니다. 다른 날짜를 골라 주세요.",
          "There is no bus timetable for that day. Choose another day."),
    _type("timed-out", 504, "시간이 너무 오래 걸립니다", "Timed out",
          "제시간에 답하지 못했습니다. 같은 Idempotency-Key로 다시 시도해 주세요.",
          "No answer in time. Try again with the same Idempotency-Key; nothing is done twice."),
)  # fmt: skip

#: Every problem type by its code.
PROBLEMS: dict[str, ProblemType] = {
    problem.code: problem
    for problem in (*_OF_A_RIDE, *_OF_THE_ROOM, *_OF_THE_LIFECYCLE, *_OF_SIGN_IN, *_OF_HTTP)
}
