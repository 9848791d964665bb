import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ErrorCode } from "../../../../src/errors/codes.ts";
import { ServiceError } from "../../../../src/errors/service-error.ts";
import type { ModelProgress } from "../../../../src/models/changes/progress.ts";
import { ModelFetch } from "../../../../src/models/provision/model-fetch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MINUTE_MS = 60_000;

/** A fetch whose downloads end as told, one after the other; those beyond the list succeed. */
function setUp(models: string[], endings: Record<string, (ErrorCode | "fetched")[]> = {}) {
  const installed = new Set<string>();
  const pulled: string[] = [];
  const fetched: string[] = [];
  const said: string[] = [];
  const logged: string[] = [];
  let running = 0;
  async function* download(model: string): AsyncGenerator<ModelProgress> {
    running += 1;
    try {
      expect(running).toBe(1);
      yield { status: "pulling manifest" };
      for (let completed = 0; completed <= 100; completed += 1) {
        yield { status: "pulling a", digest: "a", total: 100, completed };
      }
      const ending = endings[model]?.shift() ?? "fetched";
      if (ending !== "fetched") throw new ServiceError(ending, `it is ${ending}`);
      installed.add(model);
    } finally {
      running -= 1;
    }
  }
  const stop = new AbortController();
  const fetch = new ModelFetch(
    models.map((name) => ({ name, sizeGb: 8 })),
    {
      pulls: {
        watch: async ({ model }) => {
          pulled.push(model);
          return download(model);
        },
      },
      isInstalled: async (model) => installed.has(model),
      reports: {
        say: (line) => void said.push(line),
        log: (_fields, message) => void logged.push(message),
        progress: () => ({ update: () => {}, end: () => {} }),
      },
      onFetched: (model) => void fetched.push(model),
    },
  );
  return { fetch, stop, installed, pulled, fetched, said, logged };
}

it("fetches one after the other", async () => {
  const { fetch, stop, fetched, said } = setUp(["a", "b"]);
  expect(fetch.of("a:latest")).toMatchObject({ state: "waiting", sizeGb: 8 });
  await fetch.run(stop.signal);
  expect(fetched).toEqual(["a", "b"]);
  expect(said).toEqual(["Fetching the model a (8 GB).", "Fetching the model b (8 GB)."]);
  expect(fetch.of("a")).toBeUndefined();
});

it("logs each tenth, no more", async () => {
  const { fetch, stop, logged } = setUp(["a"]);
  await fetch.run(stop.signal);
  expect(logged).toEqual([
    "a required model is being fetched",
    ...Array.from({ length: 10 }, (_, i) => `a required model is fetched to ${(i + 1) * 10} %`),
    "a required model was fetched",
  ]);
});

it("leaves alone what is there by now", async () => {
  const { fetch, stop, installed, pulled, fetched } = setUp(["a"]);
  installed.add("a");
  await fetch.run(stop.signal);
  expect(pulled).toEqual([]);
  expect(fetched).toEqual(["a"]);
});

it("tries again after the others, with growing pauses", async () => {
  const { fetch, stop, pulled, said } = setUp(["a", "b"], {
    a: ["upstream_unavailable", "insufficient_storage", "queue_full"],
  });
  const running = fetch.run(stop.signal);
  await vi.advanceTimersByTimeAsync(0);
  await fetch.tried;
  expect(pulled).toEqual(["a", "b"]);
  expect(fetch.of("a")).toMatchObject({
    ...{ state: "retrying", error: "it is upstream_unavailable" },
    ...{ completedBytes: 100, totalBytes: 100, retryAt: performance.now() + 1000 },
  });
  for (const pauseMs of [1000, 2000, 4000]) {
    const before = pulled.length;
    await vi.advanceTimersByTimeAsync(pauseMs - 1);
    expect(pulled).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(pulled).toHaveLength(before + 1);
  }
  await running;
  expect(said[1]).toBe(
    "The model a could not be fetched, and is tried again: it is upstream_unavailable",
  );
});

it("gives up in the end, and says how to go on", async () => {
  const { fetch, stop, pulled, said } = setUp(["a"], {
    a: Array.from({ length: 100 }, () => "upstream_unavailable"),
  });
  const running = fetch.run(stop.signal);
  await vi.advanceTimersByTimeAsync(36 * MINUTE_MS);
  expect(fetch.of("a")).toMatchObject({ state: "retrying" });
  await vi.advanceTimersByTimeAsync(2 * MINUTE_MS);
  await running;
  expect(pulled).toHaveLength(13);
  expect(fetch.of("a")).toMatchObject({ state: "failed", error: "it is upstream_unavailable" });
  expect(said.at(-1)).toBe('To try again: restart, or POST {"model":"a"} to /api/v1/models/pull.');
});

it.each(["cancelled", "model_not_found", "invalid_request"] as const)(
  "does not try again what is %s",
  async (code) => {
    const { fetch, stop, pulled, fetched } = setUp(["a", "b"], { a: [code] });
    await fetch.run(stop.signal);
    expect(pulled).toEqual(["a", "b"]);
    expect(fetched).toEqual(["b"]);
    expect(fetch.of("a")).toMatchObject({ state: "failed", error: `it is ${code}` });
  },
);

it("ends with its signal, also in a pause", async () => {
  const { fetch, stop, pulled } = setUp(["a"], { a: ["upstream_unavailable"] });
  const running = fetch.run(stop.signal);
  running.catch(() => {});
  await vi.advanceTimersByTimeAsync(500);
  stop.abort();
  await expect(running).rejects.toThrow();
  await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
  expect(pulled).toHaveLength(1);
});
