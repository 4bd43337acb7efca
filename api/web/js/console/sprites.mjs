/** Pictures of vehicles, drawn once for each name and look: text is what costs a canvas most. */

const SCALE = 2;
const known = new Map();
let colours;

/** Colours of the page's scheme, by look; read once for each scheme. */
export function readColours(element, isDark) {
  if (colours?.isDark === isDark) return colours;
  const style = getComputedStyle(element);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  known.clear();
  colours = {
    isDark, ok: of("vehicle"), late: of("danger"), off: of("ink-soft"), broken: of("danger"), on: of("card"),
    halo: of("card"), chosen: of("ink"), rider: of("primary"), onRider: of("on-primary"),
  };
  return colours;
}

/** Canvas with the picture; `size` is what it measures on the page. */
export function sprite({ label, look, isChosen, isReported, colours: palette }) {
  const key = `${label}|${look}|${isChosen}|${isReported}`;
  if (!known.has(key)) known.set(key, paint(label, look, isChosen, isReported, palette));
  return known.get(key);
}

function paint(label, look, isChosen, isReported, palette) {
  const width = Math.max(30, 14 + 10 * label.length) + (isChosen ? 8 : 0);
  const height = isChosen ? 36 : 28;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: (width + 6) * SCALE, height: (height + 6) * SCALE });
  canvas.size = { width: width + 6, height: height + 6 };
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  context.beginPath();
  context.roundRect(3, 3, width, height, 9);
  context.fillStyle = palette[look];
  context.fill();
  context.lineWidth = isChosen ? 4 : 2.5;
  context.strokeStyle = isChosen ? palette.chosen : palette.halo;
  if (!isReported) context.setLineDash([4, 3]); // where the plan has it, not where it was seen
  context.stroke();
  context.fillStyle = palette.on;
  context.font = `800 ${isChosen ? 19 : 16}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(look === "broken" ? `${label}!` : label, 3 + width / 2, 4 + height / 2);
  return canvas;
}
