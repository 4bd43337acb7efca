export default {
  "page.title": "속초 트랜짓 · 로그인",
  "page.tagline": "직원과 이용 기관 로그인",

  "form.heading": "로그인",
  "form.name": "이름 (아이디)",
  "form.password": "비밀번호",
  "form.show": "보기",
  "form.submit": "로그인",
  "form.busy": "확인하는 중…",
  "form.help": "비밀번호를 잊었다면 관리자에게 새 비밀번호를 요청해 주세요.",

  "provider.heading": "기관 계정",
  "provider.go": "기관 계정으로 로그인",

  "first.heading": "첫 관리자 만들기",
  "first.text": "아직 관리자가 없습니다. 서비스를 시작한 화면(로그)에 표시된 코드를 입력해 주세요.",
  "first.code": "설정 코드",
  "first.password": "새 비밀번호",
  "first.submit": "관리자 만들기",

  "demo.badge": "시연",
  "demo.heading": "시연 계정",
  "demo.text": "누구나 쓰는 시연용 계정입니다. 비밀번호는 모두 {password} 입니다. 실제 서비스에는 없습니다.",

  "role.driver": "기사",
  "role.dispatcher": "관제",
  "role.planner": "계획",
  "role.admin": "관리자",
  "role.representative": "이용 기관",
  "role.rider": "승객",

  "inside.heading": "로그인되어 있습니다",
  "inside.go": "내 화면으로",
  "inside.out": "로그아웃",

  "password.heading": "비밀번호 바꾸기",
  "password.old": "지금 비밀번호",
  "password.new": "새 비밀번호",
  "password.hint": "열 글자 이상, 아이디가 들어가지 않게 정해 주세요.",
  "password.submit": "비밀번호 바꾸기",
  "password.changed": "비밀번호를 바꾸었습니다. 다른 기기에서는 다시 로그인해야 합니다.",

  "wait.minutes.other": "시도가 너무 많았습니다. {n}분 안에 풀립니다. 그 뒤에 다시 시도해 주세요.",

  "refused.no-role": "이 계정에는 맡은 역할이 없습니다. 관리자에게 문의해 주세요.",
  "refused.provider-unavailable": "기관 로그인 서버가 답하지 않습니다. 잠시 뒤 다시 시도해 주세요.",
  "refused.failed": "로그인하지 못했습니다. 다시 시도해 주세요.",

  "problem.too-many-tries.title": "잠시 기다려 주세요",

  "rider.link": "승객 화면으로 (로그인 없이)",
};
