/** A clock that jumps from one event to the next. */
export class SimulatedClock {
  now = 0;
  /** A binary heap: no event is due before its parent. */
  #events = [];
  #count = 0;

  /** Calls back in so many milliseconds; what is due at the same time is called in order. */
  after(ms, run) {
    const event = { at: this.now + ms, order: (this.#count += 1), run };
    const events = this.#events;
    let at = events.push(event) - 1;
    for (let up = (at - 1) >> 1; at > 0 && isBefore(event, events[up]); up = (at - 1) >> 1) {
      events[at] = events[up];
      at = up;
    }
    events[at] = event;
  }

  /** Waits so many milliseconds. @returns {Promise<void>} */
  pause(ms) {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs all events up to this time, and what each of them resolves before the next. */
  async runUntil(endMs) {
    while (this.#events.length > 0 && this.#events[0].at <= endMs) {
      const { at, run } = this.#next();
      this.now = at;
      run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.now = endMs;
  }

  #next() {
    const events = this.#events;
    const [first] = events;
    const last = events.pop();
    if (events.length === 0) return first;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down + 1 < events.length && isBefore(events[down + 1], events[down])) down += 1;
      if (down >= events.length || isBefore(last, events[down])) break;
      events[at] = events[down];
      at = down;
    }
    events[at] = last;
    return first;
  }
}

function isBefore(a, b) {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
