/**
 * What a simulated server has in memory of the prompts that it has read: of each place the last one,
 * until the next request takes that place, the one that begins alike or the one used longest ago.
 */
export class SimulatedPrompts {
  #places;
  /** Model → beginnings in places where nothing runs, used longest ago first. */
  #free = new Map();

  /** @param {number} places side by side for one model */
  constructor(places) {
    this.#places = places;
  }

  /** A request takes a place. @returns whether its prompt's beginning is in memory. */
  begin(model, beginning) {
    const free = this.#freeOf(model);
    const at = free.indexOf(beginning);
    const isWarm = at >= 0 && beginning !== undefined;
    free.splice(isWarm ? at : 0, 1);
    return isWarm;
  }

  end(model, beginning) {
    this.#freeOf(model).push(beginning);
  }

  #freeOf(model) {
    let free = this.#free.get(model);
    if (!free) this.#free.set(model, (free = Array.from({ length: this.#places })));
    return free;
  }
}
