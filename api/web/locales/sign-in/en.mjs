export default {
  "page.title": "Sokcho Transit · sign in",
  "page.tagline": "Sign-in of staff and institutions",

  "form.heading": "Sign in",
  "form.name": "Name",
  "form.password": "Password",
  "form.show": "Show",
  "form.submit": "Sign in",
  "form.busy": "Checking…",
  "form.help": "Forgotten your password? Ask your administrator for a new one.",

  "provider.heading": "Your organisation's account",
  "provider.go": "Sign in with your organisation",

  "first.heading": "Make the first administrator",
  "first.text": "There is no administrator yet. Enter the code that the service showed on its console (log) when it started.",
  "first.code": "Set-up code",
  "first.password": "New password",
  "first.submit": "Make the administrator",

  "demo.badge": "Demo",
  "demo.heading": "Demo accounts",
  "demo.text": "Accounts for everybody to try. The password of all of them is {password}. A real service has none of these.",

  "role.driver": "Driver",
  "role.dispatcher": "Dispatcher",
  "role.planner": "Planner",
  "role.admin": "Administrator",
  "role.representative": "Institution",
  "role.rider": "Rider",

  "inside.heading": "You are signed in",
  "inside.go": "To my page",
  "inside.out": "Sign out",

  "password.heading": "Change the password",
  "password.old": "Current password",
  "password.new": "New password",
  "password.hint": "10 characters or more, without your name.",
  "password.submit": "Change the password",
  "password.changed": "The password is changed. Other devices have to sign in again.",

  "wait.minutes.one": "Too many tries. Wait for a minute, then try again.",
  "wait.minutes.other": "Too many tries. Wait for {n} minutes, then try again.",

  "refused.no-role": "Your account has no role in this service. Ask your administrator.",
  "refused.provider-unavailable": "The identity provider does not answer. Try again shortly.",
  "refused.failed": "You could not be signed in. Try again.",

  "problem.too-many-tries.title": "Please wait",

  "rider.link": "To the riders' page (no sign-in)",
};
