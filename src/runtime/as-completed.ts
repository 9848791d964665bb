/**
 * Runs `run(0)` … `run(count - 1)`, at most `atOnce` of them at a time, and yields each result as
 * soon as it is there. What is not yet started when the caller stops taking results never starts.
 * @throws what the first failing one throws.
 */
export async function* asCompleted<T>(
  count: number,
  atOnce: number,
  run: (index: number) => Promise<T>,
): AsyncGenerator<{ index: number; value: T }> {
  const running = new Map<number, Promise<{ index: number; value: T }>>();
  let next = 0;
  while (next < count || running.size > 0) {
    while (next < count && running.size < atOnce) {
      const index = next++;
      const result = run(index).then((value) => ({ index, value }));
      // A caller that has stopped must not cause an unhandled rejection.
      result.catch(() => {});
      running.set(index, result);
    }
    const done = await Promise.race(running.values());
    running.delete(done.index);
    yield done;
  }
}
