import { DDSketch } from "@datadog/sketches-js";

/** Any quantile is told within half a percent. */
const RELATIVE_ACCURACY = 0.005;

/**
 * How durations are spread, in little memory whatever their number (DDSketch: Masson, Rim, Lee,
 * "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", 2019).
 */
export class Sketch {
  readonly #sketch = new DDSketch({ relativeAccuracy: RELATIVE_ACCURACY });

  /** Adds a duration: a whole number of microseconds; less than one counts as one. */
  add(micros: number): void {
    this.#sketch.store.add(this.#sketch.mapping.key(Math.max(1, micros)), 1);
  }

  /** Adds what another has written. */
  addBytes(bytes: Uint8Array): void {
    const numbers = readNumbers(bytes);
    let key = 0;
    for (let at = 0; at < numbers.length; at += 2) key += numbers[at] ?? 0;
    const { store } = this.#sketch;
    // Room for all of them at once: the store would move its bins with each that is beyond.
    store.add(key, 0);
    key = 0;
    for (let at = 0; at < numbers.length; at += 2) {
      key += numbers[at] ?? 0;
      store.add(key, numbers[at + 1]);
    }
  }

  /**
   * A quantile by nearest rank, in microseconds.
   * @param q above 0, up to 1.
   * @returns undefined where there are no durations.
   */
  quantile(q: number): number | undefined {
    const { store, mapping } = this.#sketch;
    if (store.count === 0) return undefined;
    return mapping.value(store.keyAtRank(nearestRank(q, store.count)));
  }

  /** Its filled bins: for each the distance from the one before, and how many it holds. */
  toBytes(): Uint8Array {
    const { bins, offset } = this.#sketch.store;
    const bytes: number[] = [];
    let before = 0;
    for (let index = 0; index < bins.length; index += 1) {
      const count = bins[index] ?? 0;
      if (count === 0) continue;
      const key = index + offset;
      writeNumber(bytes, key - before);
      writeNumber(bytes, count);
      before = key;
    }
    return Uint8Array.from(bytes);
  }
}

/** The place, from 0, of a quantile among so many ordered values (nearest rank). */
export function nearestRank(q: number, count: number): number {
  return Math.max(0, Math.ceil(q * count) - 1);
}

/** Seven bits a byte, the low ones first; the eighth says that more follow. */
function writeNumber(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

/** What `writeNumber` has written. */
function readNumbers(bytes: Uint8Array): number[] {
  const numbers: number[] = [];
  let [value, scale] = [0, 1];
  for (const byte of bytes) {
    value += (byte % 128) * scale;
    scale *= 128;
    if (byte >= 128) continue;
    numbers.push(value);
    [value, scale] = [0, 1];
  }
  return numbers;
}
