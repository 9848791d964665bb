import * as fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { Place } from "../../../src/scheduling/place.ts";
import { fakeClient, type FakeClient } from "../../support/fake-client.ts";
import { play } from "./simulated.ts";
import { setUpQueue } from "./queue-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What may happen: a request, an answer, a client that leaves, or a server that ends. */
const anyStep = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("ask" as const),
      tenant: fc.constantFrom("a", "b", "c", "d"),
      model: fc.constantFrom("m", "n"),
      line: fc.constantFrom("text" as const, "vision" as const),
      background: fc.boolean(),
      prefix: fc.constantFrom(undefined, 1, 2),
      partOfBatch: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("end" as const, "leave" as const),
      which: fc.nat({ max: 20 }),
      afterMs: fc.nat({ max: 3000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
);

it("whatever clients and the server do, all is given back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 80 }), async (steps) => {
      const set = setUpQueue({ modelParallel: 2, tenantMaxRunning: 2, maxWaiting: 8 });
      const clients = new Set<FakeClient>();
      const places = new Set<Place>();
      const ended: Promise<unknown>[] = [];
      for (const step of steps) {
        if (step.kind === "ask") {
          const client = fakeClient();
          clients.add(client);
          const asked = set.ask(step.tenant, { ...step, signal: client.signal });
          ended.push(
            asked.then(
              (place) => void places.add(place),
              (err: unknown) => expect(err).toBeInstanceOf(Error),
            ),
          );
        } else if (step.kind === "restart") {
          set.queue.rejectWaiting(new ServiceError("upstream_unavailable", "gone"));
          for (const place of places) place.release("failed");
        } else {
          await vi.advanceTimersByTimeAsync(step.afterMs);
          if (step.kind === "leave") [...clients][step.which]?.leave();
          else [...places][step.which]?.release("completed");
        }
        await vi.advanceTimersByTimeAsync(0);
      }
      for (const client of clients) client.leave();
      await Promise.all(ended);
      for (const place of places) place.release("completed");
      for (const line of ["text", "vision"] as const) {
        expect(set.queue.stats(line)).toMatchObject({ queued: 0, in_progress: 0 });
      }
      expect(set.held()).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
      for (const client of clients) expect(client.listeners()).toBe(0);
      // Nobody is left who had a turn before.
      for (const label of ["a1", "b1", "c1"]) void set.ask(label, { model: label });
      await vi.advanceTimersByTimeAsync(0);
      expect(set.held()).toHaveLength(3);
    }),
    { numRuns: 60 },
  );
});

it("nobody waits longer than for a request of each of the others, and for what he owes", async () => {
  vi.useRealTimers();
  const anyFlood = fc.record({
    clients: fc.integer({ min: 1, max: 12 }),
    costMs: fc.integer({ min: 100, max: 60_000 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyFlood, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 100, max: 5000 }),
      async (floods, costMs) => {
        const tenants = [
          ...floods.map((flood, i) => ({ ...flood, name: `flood${i}` })),
          { name: "light", clients: 1, costMs, thinkMs: 20_000, fromMs: 600_000 },
        ];
        const { answered } = await play({ lastsMs: 3_600_000, tenants });
        const light = answered.filter(({ group }) => group === "light");
        const longest = Math.max(...floods.map((flood) => flood.costMs));
        const all = floods.reduce((sum, flood) => sum + flood.costMs + costMs, 0);
        expect(light.length).toBeGreaterThan(0);
        for (const { arrivedMs, startedMs } of light) {
          expect(startedMs - arrivedMs).toBeLessThanOrEqual(all + longest);
        }
      },
    ),
    { numRuns: 10 },
  );
});
