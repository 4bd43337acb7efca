/** What this browser keeps between visits: small, on the device alone, and never needed to go on. */

/** Value kept under `name`, or `otherwise`. */
export function read(name, otherwise = null) {
  try {
    return JSON.parse(localStorage.getItem(`sokcho.${name}`)) ?? otherwise;
  } catch {
    return otherwise; // what cannot be read is as good as none
  }
}

/** Keep `value` under `name`; null forgets it. */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(`sokcho.${name}`);
    else localStorage.setItem(`sokcho.${name}`, JSON.stringify(value));
  } catch {
    // a full or forbidden storage must not stop a booking
  }
}
