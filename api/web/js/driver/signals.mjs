/** Sound and vibration when the plan changes; both are quiet where the device or its driver wants so. */

const STORED = "sokcho.sound";
const PATTERN_MS = [220, 120, 220];
const TONES_HZ = [880, 1175];
const TONE_S = 0.18;

let audio;

/** Browsers let sound begin after a touch only. */
export function allowSound() {
  addEventListener("pointerdown", () => {
    audio ??= window.AudioContext && new AudioContext();
    audio?.resume();
  }, { passive: true });
}

export const hasSound = () => localStorage.getItem(STORED) !== "off";
export const setSound = (isOn) => localStorage.setItem(STORED, isOn ? "on" : "off");

/** Make the driver look. */
export function alertDriver() {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(PATTERN_MS);
  if (hasSound() && audio?.state === "running") TONES_HZ.forEach(playTone);
}

function playTone(hertz, n) {
  const [oscillator, gain] = [audio.createOscillator(), audio.createGain()];
  oscillator.frequency.value = hertz;
  gain.gain.value = 0.2;
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(audio.currentTime + n * TONE_S);
  oscillator.stop(audio.currentTime + (n + 1) * TONE_S);
}
