/**
 * Levels of a value that may leave a thread. Deeper ones can be made there, but copying goes down
 * the stack level by level: the main thread could not read them, and Node would not tell.
 */
export const MAX_LEVELS = 500;

/** What a value has too much of; undefined when it may be worked on. */
export type Excess = "values" | "levels" | undefined;

/**
 * Whether a value holds more than so many others, however deep, or more than `MAX_LEVELS` levels.
 * It stops where it knows, and does not go down the stack itself.
 */
export function excessIn(value: unknown, maxValues: number): Excess {
  let layer = [value].filter(isContainer);
  let values = 0;
  for (let depth = 0; depth < MAX_LEVELS && layer.length > 0; depth += 1) {
    const next: object[] = [];
    for (const container of layer) {
      const items: unknown[] = Array.isArray(container) ? container : Object.values(container);
      values += items.length;
      if (values > maxValues) return "values";
      for (const item of items) if (isContainer(item)) next.push(item);
    }
    layer = next;
  }
  return layer.length > 0 ? "levels" : undefined;
}

/** Whether lists and objects stand in each other more than `MAX_LEVELS` deep. */
export function isNestedTooDeep(value: unknown): boolean {
  return excessIn(value, Infinity) === "levels";
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
