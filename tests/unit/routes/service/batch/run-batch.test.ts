import { describe, expect, it } from "vitest";
import type { AppContext } from "../../../../../middleware/env.ts";
import type { PreparedRequest } from "../../../../../routes/service/answer.ts";
import { runBatch } from "../../../../../routes/service/batch/run-batch.ts";
import type { BatchServices } from "../../../../../routes/service/batch/batch-services.ts";
import { ClientLeft } from "../../../../../src/errors/abort-reasons.ts";
import { ServiceError } from "../../../../../src/errors/service-error.ts";
import { strictEvents } from "../../../../support/strict-events.ts";
import type { OllamaRequest, RequestScope } from "../../../../../src/inference/runner.ts";
import { LiveRequests } from "../../../../../src/requests/live-requests.ts";
import { RequestRecord, type RequestEnd } from "../../../../../src/requests/request-record.ts";
import { fakeClient } from "../../../../support/fake-client.ts";

/** The scope of an item. */
interface ItemScope extends RequestScope {
  record: RequestRecord;
}

const REQUEST: OllamaRequest = {
  path: "/api/chat",
  line: "text",
  model: "m",
  body: {},
  hints: { kind: "generate" },
};

interface Given {
  count?: number;
  atOnce?: number;
  /** What becomes of an item; by default it is answered. */
  run?: (index: number) => Promise<Record<string, unknown>>;
  whole?: PreparedRequest["shape"]["whole"];
  isStopping?: () => boolean;
}

/** A batch on stand-ins, and what they were told. */
function setUp({ count = 3, atOnce = 2, run, whole, isStopping = () => false }: Given = {}) {
  const scopes: ItemScope[] = [];
  const logged: { record: RequestRecord; end: RequestEnd }[] = [];
  const told: { err: unknown; id: string }[] = [];
  const record = Object.assign(new RequestRecord("id", () => {}), {
    tenant: "t",
    project: "p",
    operation: "batch_chat",
  });
  const { signal } = fakeClient();
  const kept: Record<string, unknown> = {
    record,
    exchange: { method: "POST", header: () => undefined, signal },
  };
  const services = {
    isStopping,
    live: new LiveRequests(),
    events: strictEvents(),
    logItem: (itemRecord: RequestRecord, end: RequestEnd) =>
      void logged.push({ record: itemRecord, end }),
    onStreamError: (err: unknown, id: string) => void told.push({ err, id }),
    runner: {
      answer: (_request: OllamaRequest, scope: ItemScope) => {
        scopes.push(scope);
        const index = Number(scope.record.id.split("-")[1]);
        return run ? run(index) : Promise.resolve({ index });
      },
    },
  };
  const prepare = (): Promise<PreparedRequest> =>
    Promise.resolve({
      request: REQUEST,
      stream: true,
      shape: { whole: whole ?? ((answer) => answer), notice: () => "", frames: () => none() },
    });
  const c = { get: (name: string) => kept[name] };
  const results = runBatch(c as unknown as AppContext, services as unknown as BatchServices, {
    count,
    atOnce,
    cache: "semantic",
    prepare,
  });
  return { results, scopes, logged, told, signal };
}

async function* none(): AsyncGenerator<string> {}

describe("runBatch", () => {
  it("runs items as background work of the same exchange, each with a record of its own", async () => {
    const { results, scopes, logged } = setUp();
    expect(await allOf(results)).toEqual([
      { index: 0, success: true, data: { index: 0 } },
      { index: 1, success: true, data: { index: 1 } },
      { index: 2, success: true, data: { index: 2 } },
    ]);
    for (const [i, scope] of scopes.entries()) {
      expect(scope).toMatchObject({ background: true });
      expect(scope.signal.aborted).toBe(false);
      const common = { tenant: "t", project: "p", operation: "batch_chat" };
      expect(scope.record).toMatchObject({ id: `id-${i}`, ...common });
    }
    expect(logged.map(({ end }) => end)).toEqual(
      [0, 1, 2].map(() => ({ status: 200, bytes: 0, complete: true })),
    );
  });

  it("shows nothing of the inside when something of ours breaks, and tells the log", async () => {
    const broken = new TypeError("x is not a function");
    const whole = (): object => {
      throw broken;
    };
    const { results, told, logged } = setUp({ count: 1, whole });
    expect(await allOf(results)).toEqual([
      {
        index: 0,
        success: false,
        error: "Internal error; request id id-0",
        error_type: "InternalError",
        code: "internal_error",
        request_id: "id-0",
      },
    ]);
    expect(told).toEqual([{ err: broken, id: "id-0" }]);
    expect(logged).toMatchObject([
      { record: { errorCode: "internal_error" }, end: { status: 500 } },
    ]);
  });

  it("does not tell the log of what clients do wrong", async () => {
    const run = () => Promise.reject(new ServiceError("invalid_request", "bad"));
    const { results, told } = setUp({ run });
    expect(await allOf(results)).toHaveLength(3);
    expect(told).toEqual([]);
  });

  it("begins no item once the service stops", async () => {
    let stopping = false;
    const { results, scopes } = setUp({ count: 4, isStopping: () => stopping });
    const first = await results.next();
    expect(first.value).toMatchObject({ success: true });
    stopping = true;
    const rest = await allOf(results);
    expect(rest.filter(({ success }) => !success)).toMatchObject([
      { index: 2, code: "shutting_down", retry_after: 5 },
      { index: 3, code: "shutting_down", retry_after: 5 },
    ]);
    expect(scopes).toHaveLength(2);
  });

  it("begins no item more when its results are no longer taken", async () => {
    const { results, scopes } = setUp({ count: 10 });
    await results.next();
    await results.return(undefined);
    expect(scopes).toHaveLength(2);
  });

  it("ends when the client leaves; what had begun is logged as left", async () => {
    const run = () => Promise.reject(new ClientLeft());
    const { results, scopes, logged, told } = setUp({ count: 10, run });
    await expect(results.next()).rejects.toBeInstanceOf(ClientLeft);
    expect(await results.next()).toEqual({ done: true, value: undefined });
    expect(scopes).toHaveLength(2);
    expect(logged.map(({ end }) => end)).toEqual([
      { status: 0, bytes: 0, complete: false },
      { status: 0, bytes: 0, complete: false },
    ]);
    expect(told).toEqual([]);
  });
});

async function allOf<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}
