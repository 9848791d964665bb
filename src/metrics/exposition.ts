import { setImmediate as nextTurn } from "node:timers/promises";
import { Registry } from "prom-client";

/** Registries whose metrics have the same names and differ in their labels. */
type Alike = readonly Registry[];

/** Streams wait no longer than for this and one more metric. */
const AT_ONCE_MS = 2;

/** All figures as text, as Prometheus reads them. */
export class Exposition {
  readonly contentType = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #parts: () => Alike[];
  #reading: Promise<string> | undefined;

  /** @param parts the registries to show; no name is in two parts. */
  constructor(parts: () => Alike[]) {
    this.#parts = parts;
  }

  /** The figures now. Those who ask at the same time have the same text. */
  read(): Promise<string> {
    this.#reading ??= this.#write().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Piece by piece: all at once would hold up streams where there are many names. */
  async #write(): Promise<string> {
    const texts: string[] = [];
    let since = performance.now();
    for (const alike of this.#parts()) {
      for (const { name } of alike[0]?.getMetricsAsArray() ?? []) {
        for (const [i, registry] of alike.entries()) {
          const text = await registry.getSingleMetricAsString(name);
          const lines = i === 0 ? text : withoutHead(text);
          if (lines !== "") texts.push(lines);
          if (performance.now() - since < AT_ONCE_MS) continue;
          await nextTurn();
          since = performance.now();
        }
      }
    }
    return `${texts.join("\n")}\n`;
  }
}

/** The lines of a metric without the two that say what it is. */
function withoutHead(text: string): string {
  const [, , lines = ""] = /^[^\n]*\n[^\n]*(\n([^]*))?$/.exec(text) ?? [];
  return lines;
}
