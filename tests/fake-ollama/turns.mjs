// @ts-check
/** Lets so many through at once; others wait in the order in which they come. */
export class Turns {
  #free;
  /** @type {(() => void)[]} */
  #waiting = [];

  /** @param {number} count */
  constructor(count) {
    this.#free = count;
  }

  /** Settles when the turn has come. @returns {Promise<boolean>} whether it had to be waited for */
  take() {
    if (this.#free === 0) {
      return new Promise((resolve) => void this.#waiting.push(() => resolve(true)));
    }
    this.#free -= 1;
    return Promise.resolve(false);
  }

  release() {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free += 1;
  }
}
