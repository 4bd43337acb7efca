/** One stop in the tab order for a list of buttons; arrows, Home and End move inside it. */

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 };

/** Handler of keydown for an element whose `[data-row]` buttons are the list. */
export function moveRows(event) {
  const rows = [...event.currentTarget.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement);
  if (at < 0) return;
  const last = rows.length - 1;
  const step = STEPS[event.key];
  const next = event.key === "Home" ? 0 : event.key === "End" ? last
    : step ? Math.max(0, Math.min(last, at + step)) : -1;
  if (next < 0) return;
  event.preventDefault();
  rows[at].tabIndex = -1;
  rows[next].tabIndex = 0;
  rows[next].focus();
}
