/** Where to draw each vehicle between two reports of its position. */

const SHORTEST_MS = 250;
const LONGEST_MS = 8000;

/** Glides from the last drawn position to the reported one, in about the time between reports. */
export class Glide {
  constructor(position, at) {
    Object.assign(this, { from: position, to: position, start: at, duration: 1, reported: at });
  }

  /** Take a new report at time `at` (ms). */
  report(position, at) {
    this.from = this.position(at);
    this.to = position;
    this.start = at;
    this.duration = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, at - this.reported));
    this.reported = at;
  }

  /** Be at the reported position at once. */
  jump(position, at) {
    this.report(position, at);
    this.from = position;
  }

  /** Position [lon, lat] to draw at time `at` (ms). */
  position(at) {
    const share = Math.min(1, (at - this.start) / this.duration);
    return this.from.map((value, axis) => value + (this.to[axis] - value) * share);
  }

  /** Whether it still has way to go. */
  isMoving(at) {
    return at - this.start < this.duration;
  }
}
