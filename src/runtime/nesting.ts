/**
 * Levels of a value that may leave a thread. Deeper ones can be made there, but copying goes down
 * the stack level by level: the main thread could not read them, and Node would not tell.
 */
export const MAX_LEVELS = 500;

/** Whether lists and objects stand in each other more than `MAX_LEVELS` deep. */
export function isNestedTooDeep(value: unknown): boolean {
  let layer = [value].filter(isContainer);
  for (let depth = 0; depth < MAX_LEVELS && layer.length > 0; depth += 1) {
    const next: object[] = [];
    for (const container of layer) {
      const items: unknown[] = Array.isArray(container) ? container : Object.values(container);
      for (const item of items) if (isContainer(item)) next.push(item);
    }
    layer = next;
  }
  return layer.length > 0;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
