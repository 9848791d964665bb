import * as fc from "fast-check";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fakeClient } from "../../support/fake-client.ts";
import { settled } from "../inference/turn-set-up.ts";
import { setUpQueue } from "./queue-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

type Queue = ReturnType<typeof setUpQueue>;

/** Ends one request after another, each of which costs as much. */
async function endAll({ order, end }: Queue, from = 0): Promise<void> {
  for (let at = from; at < order.length; at += 1) {
    end(order[at] ?? "", 1000);
    await settled();
  }
}

it("a request whose prompt begins as the last one did goes first, past two at most of its tenant", async () => {
  const queue = setUpQueue();
  await queue.ask("a0", { prefix: 1 });
  for (const [at, prefix] of [2, 1, 2, 1, 1].entries()) void queue.ask(`a${at + 1}`, { prefix });
  await settled();
  await endAll(queue);
  // a1 is overtaken twice, then its own kind goes first.
  expect(queue.order).toEqual(["a0", "a2", "a4", "a1", "a3", "a5"]);
});

it("tenants take turns as ever", async () => {
  const queue = setUpQueue();
  await queue.ask("a0", { prefix: 1 });
  for (const label of ["b1", "b2", "a1", "a2"]) void queue.ask(label, { prefix: 1 });
  await settled();
  await endAll(queue);
  expect(queue.order).toEqual(["a0", "b1", "a1", "b2", "a2"]);
});

it("nothing goes before a request that has waited for half a minute", async () => {
  const queue = setUpQueue();
  await queue.ask("a0", { prefix: 1 });
  void queue.ask("a1", { prefix: 2 });
  await vi.advanceTimersByTimeAsync(30_000);
  void queue.ask("a2", { prefix: 1 });
  await settled();
  await endAll(queue);
  expect(queue.order).toEqual(["a0", "a1", "a2"]);
});

it("nothing goes before its tenant's request for another model that can go", async () => {
  const queue = setUpQueue({ maxRunning: 1 });
  await queue.ask("a0", { prefix: 1 });
  for (const request of [{ prefix: 2 }, { model: "n" }, { prefix: 1 }]) {
    await vi.advanceTimersByTimeAsync(1);
    void queue.ask(`a${queue.queue.stats("text").queued + 1}`, request);
    await settled();
  }
  await endAll(queue);
  expect(queue.order).toEqual(["a0", "a1", "a2", "a3"]);
});

it("nothing goes before a request for which its model is to run dry", async () => {
  const queue = setUpQueue({ modelParallel: 2 });
  await queue.ask("a0", { prefix: 1 });
  await queue.ask("a1", { prefix: 3 });
  void queue.ask("a2", { prefix: 2 });
  void queue.ask("a3", { admits: (running) => running === 0 });
  void queue.ask("a4", { prefix: 1 });
  await settled();
  await endAll(queue);
  expect(queue.order).toEqual(["a0", "a1", "a2", "a3", "a4"]);
});

it.each([
  { what: "is still in memory", isForgotten: false, order: ["a0", "a2", "a1"] },
  { what: "was loaded anew meanwhile", isForgotten: true, order: ["a0", "a1", "a2"] },
])("of a model whose requests were held and that $what", async ({ isForgotten, order }) => {
  const queue = setUpQueue();
  await queue.ask("a0", { prefix: 1 });
  queue.end("a0", 1000);
  const release = queue.queue.hold("m");
  void queue.ask("a1", { prefix: 2 });
  void queue.ask("a2", { prefix: 1 });
  if (isForgotten) queue.queue.prefixes.forget("m");
  release?.();
  await settled();
  await endAll(queue, 1);
  expect(queue.order).toEqual(order);
});

it("a prompt of which nothing is known takes the memory of the last one", async () => {
  const queue = setUpQueue();
  await queue.ask("a0", { prefix: 1 });
  queue.end("a0", 1000);
  await queue.ask("a1");
  void queue.ask("a2", { prefix: 2 });
  void queue.ask("a3", { prefix: 1 });
  await settled();
  queue.end("a1", 1000);
  await settled();
  expect(queue.order.at(-1)).toBe("a2");
  await endAll(queue, 2);
});

const anyStep = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("ask" as const),
      tenant: fc.constantFrom("a", "b", "c"),
      prefix: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("end" as const), which: fc.nat({ max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("leave" as const), which: fc.nat({ max: 30 }) }),
  },
);

type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** Plays steps; the labels of requests in the order of their coming, and in that of their places. */
async function play(steps: Step[], parallel: number, isTold: boolean) {
  const queue = setUpQueue({ modelParallel: parallel });
  const clients = new Map<string, ReturnType<typeof fakeClient>>();
  const came: string[] = [];
  const ended = new Set<string>();
  const endOne = async (which: number): Promise<boolean> => {
    const running = queue.order.filter((label) => !ended.has(label));
    const label = running[which % Math.max(1, running.length)];
    if (label === undefined) return false;
    ended.add(label);
    queue.end(label, 1000);
    await settled();
    return true;
  };
  for (const [at, step] of steps.entries()) {
    if (step.kind === "ask") {
      const label = `${step.tenant}${at}`;
      const client = fakeClient();
      clients.set(label, client);
      came.push(label);
      const prefix = isTold ? step.prefix : undefined;
      queue
        .ask(label, { prefix, signal: client.signal })
        .catch(() => came.splice(came.indexOf(label), 1));
      await settled();
    } else if (step.kind === "end") await endOne(step.which);
    else {
      const label = came[step.which];
      if (label !== undefined && !queue.order.includes(label)) clients.get(label)?.leave();
      await settled();
    }
  }
  while (await endOne(0));
  return { came, order: queue.order, stats: queue.queue.stats("text") };
}

it("whatever comes and leaves, none is overtaken more than twice by its tenant's later ones", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, parallel) => {
        const { came, order, stats } = await play(steps, parallel, true);
        expect(order.toSorted()).toEqual(came.toSorted());
        expect(stats).toMatchObject({ queued: 0, in_progress: 0 });
        for (const [at, label] of order.entries()) {
          const isLater = (other: string) =>
            other[0] === label[0] && came.indexOf(other) > came.indexOf(label);
          expect(order.slice(0, at).filter(isLater).length).toBeLessThanOrEqual(2);
        }
      },
    ),
    { numRuns: 100 },
  );
});

it("whatever is in memory, places go to the same tenants", async () => {
  const tenantsOf = (labels: string[]) => labels.map((label) => label[0]);
  const anyWithoutLeaving = anyStep.filter(({ kind }) => kind !== "leave");
  await fc.assert(
    fc.asyncProperty(fc.array(anyWithoutLeaving, { maxLength: 60 }), async (steps) => {
      const told = await play(steps, 1, true);
      const untold = await play(steps, 1, false);
      expect(tenantsOf(told.order)).toEqual(tenantsOf(untold.order));
    }),
    { numRuns: 60 },
  );
});
