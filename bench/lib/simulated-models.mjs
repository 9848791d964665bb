/** The models of a simulated server that has room for so many; a load evicts the least recently used. */
export class SimulatedModels {
  loads = 0;
  #clock;
  #room;
  #loadMs;
  #onLoaded;
  #loaded = new Map();
  /** Model → requests that run, and whom to tell when there are none. */
  #running = new Map();

  /**
   * @param {import("./simulated-clock.mjs").SimulatedClock} clock
   * @param {{ room: number, loadMs: number, onLoaded?: (model: string, tookMs: number) => void }} options
   */
  constructor(clock, { room, loadMs, onLoaded = () => {} }) {
    this.#clock = clock;
    this.#room = room;
    this.#loadMs = loadMs;
    this.#onLoaded = onLoaded;
  }

  isLoaded(model) {
    return this.#loaded.has(model);
  }

  isLoading(model) {
    return this.loading(model) !== undefined;
  }

  /** As LoadedModels has it: of one that is still loading, since when it is. */
  loadedAt(model) {
    return this.#loaded.get(model)?.at ?? 0;
  }

  modelsToEvict(model) {
    const others = [...this.#loaded].filter(([other]) => other !== model);
    if (others.length < this.#room) return [];
    const [[oldest]] = others.toSorted(([, a], [, b]) => a.usedAt - b.usedAt);
    return [oldest];
  }

  mayBeEvictedSince() {
    return undefined;
  }

  /** A load begins, once the models that it evicts have no request running. */
  expectLoad(model) {
    const { now } = this.#clock;
    const evicted = this.modelsToEvict(model);
    for (const other of evicted) this.#loaded.delete(other);
    this.loads += 1;
    const load = async () => {
      for (const other of evicted) await this.#untilIdle(other);
      await this.#clock.pause(this.#loadMs);
      entry.isReady = true;
      entry.at = this.#clock.now;
      this.#onLoaded(model, entry.at - now);
    };
    const entry = { at: now, usedAt: now, isReady: false, ready: undefined };
    this.#loaded.set(model, entry);
    entry.ready = load();
  }

  /** A load that is under way; undefined when the model is in memory. */
  loading(model) {
    const entry = this.#loaded.get(model);
    return !entry || entry.isReady ? undefined : entry.ready;
  }

  begin(model) {
    const entry = this.#running.get(model) ?? { count: 0, idle: [] };
    entry.count += 1;
    this.#running.set(model, entry);
  }

  end(model) {
    const entry = this.#running.get(model);
    entry.count -= 1;
    const loaded = this.#loaded.get(model);
    if (loaded) loaded.usedAt = this.#clock.now;
    if (entry.count === 0) for (const tell of entry.idle.splice(0)) tell();
  }

  #untilIdle(model) {
    const entry = this.#running.get(model);
    if (!entry || entry.count === 0) return undefined;
    return new Promise((resolve) => entry.idle.push(resolve));
  }
}
