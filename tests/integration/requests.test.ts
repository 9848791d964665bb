import { describe, expect, it } from "vitest";
import { endedOf } from "../support/ended-requests.ts";
import type { Gateway } from "../support/gateway.ts";
import { ELSEWHERE, listed } from "../support/requests-under-way.ts";
import { expectNativeError, idOf, startService } from "../support/service.ts";

const messages = [{ role: "user", content: "the secret question" }];
const ON = { REQUEST_LOG_ENABLED: "true", RATE_LIMIT_ENABLED: "false" };

async function chat(
  gateway: Gateway,
  project: string,
  more: object = {},
  headers: Record<string, string> = {},
): Promise<string> {
  const answer = await gateway.post(
    "/api/v1/chat",
    { model: "fake", messages, ...more },
    { headers: { "content-type": "application/json", "x-project-name": project, ...headers } },
  );
  await answer.text();
  return idOf(answer);
}

const idsOf = (facts: Record<string, unknown>[]): unknown[] =>
  facts.map(({ request_id }) => request_id);

describe("the list of requests", () => {
  it("has those that have ended, the newest first, page by page", async () => {
    const { gateway } = await startService(ON);
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.unshift(await chat(gateway, "a"));
    await chat(gateway, "b");
    const first = await listed(gateway, "?project=a&limit=2");
    expect(idsOf(first.requests)).toEqual(ids.slice(0, 2));
    expect(first).toMatchObject({ running: [], running_total: 0, recorded: true });
    const second = await listed(gateway, `?project=a&limit=2&after=${first.next}`);
    expect(idsOf(second.requests)).toEqual(ids.slice(2, 4));
    const third = await listed(gateway, `?project=a&limit=2&after=${second.next}`);
    expect([idsOf(third.requests), third.next]).toEqual([ids.slice(4), null]);
  });

  it("has the one that asks for it as one that runs", async () => {
    const { gateway } = await startService(ON);
    const { running } = await listed(gateway);
    expect(running).toMatchObject([
      { state: "running", route: "GET /api/v1/requests", waiting_for: "preparation" },
    ]);
    expect((await listed(gateway, "?after=1")).running).toEqual([]);
  });

  it("is filtered by model and status", async () => {
    const { gateway } = await startService(ON);
    const good = await chat(gateway, "a");
    const bad = await chat(gateway, "a", { model: "nope" });
    expect(idsOf((await listed(gateway, "?model=fake")).requests)).toEqual([good]);
    expect(idsOf((await listed(gateway, "?project=a&status=404")).requests)).toEqual([bad]);
    expect((await listed(gateway, "?project=x'%20OR%20'1'='1")).requests).toEqual([]);
  });

  it("is of one's own for those who may not manage", async () => {
    const { gateway } = await startService(ON);
    const [mine, theirs] = [await chat(gateway, "mine"), await chat(gateway, "theirs")];
    const as = { ...ELSEWHERE, "x-project-name": "mine" };
    const own = await listed(gateway, "", as);
    expect(idsOf(own.requests)).toContain(mine);
    expect(idsOf(own.requests)).not.toContain(theirs);
    expect((await listed(gateway, "?project=theirs", as)).requests).toEqual([]);
    const one = (id: string): Promise<Response> =>
      gateway.get(`/api/v1/requests/${id}`, { headers: as });
    expect([(await one(mine)).status, (await one(theirs)).status]).toEqual([200, 404]);
  });

  it.each(["limit=0", "limit=501", "limit=x", "after=-1", "status=1e9", "proyect=a", "limit="])(
    "refuses ?%s",
    async (query) => {
      const { gateway } = await startService(ON);
      const answer = await gateway.get(`/api/v1/requests?${query}`);
      await expectNativeError(answer, {
        status: 422,
        code: "validation_error",
        type: "ValidationError",
      });
    },
  );
});

describe("a request that has ended", () => {
  it("is told with where its time went, and nothing of its text", async () => {
    const { gateway } = await startService({ ...ON, RESPONSE_CACHE_ENABLED: "true" });
    const facts = async (id: string): Promise<Record<string, unknown>> =>
      (await gateway.get(`/api/v1/requests/${id}`)).json() as Promise<Record<string, unknown>>;
    const first = await facts(await chat(gateway, "a"));
    expect(first).toMatchObject({
      state: "ended",
      ended: "completed",
      cache: "MISS",
      model: "fake",
    });
    expect(first["summary"]).toMatch(/to the first token and .+ of generation \(\d+ tokens/);
    const hit = await facts(await chat(gateway, "a"));
    expect(hit["summary"]).toMatch(/^Answered from the cache in .+ ms, which saved .+$/);
    expect(JSON.stringify([first, hit])).not.toContain("secret");
    // All that a record has is told.
    expect(Object.keys(endedOf())).toHaveLength(Object.keys(first).length - 3);
  });

  it("is an item of a batch, too", async () => {
    const { gateway } = await startService(ON);
    const requests = [{ model: "fake", messages }];
    const answer = await gateway.post("/api/v1/batch/chat", { requests });
    await answer.text();
    const item = await gateway.get(`/api/v1/requests/${idOf(answer)}-0`);
    expect(await item.json()).toMatchObject({ kind: "item", state: "ended" });
    const batch = await gateway.get(`/api/v1/requests/${idOf(answer)}`);
    expect(await batch.json()).toMatchObject({ kind: "batch" });
  });
});

describe("a project's records", () => {
  it("are forgotten, and no others", async () => {
    const { gateway } = await startService(ON);
    for (const project of ["a", "a", "b"]) await chat(gateway, project);
    const forget = (query: string): Promise<Response> =>
      gateway.get(`/api/v1/requests${query}`, { method: "DELETE" });
    expect(await (await forget("?project=a")).json()).toEqual({ forgotten: 2, forgotten_runs: 0 });
    expect(await (await forget("?project=a")).json()).toEqual({ forgotten: 0, forgotten_runs: 0 });
    expect((await listed(gateway, "?project=a")).requests).toEqual([]);
    expect((await listed(gateway, "?project=b")).requests).toHaveLength(1);
    for (const query of ["", "?tenant=b", "?project=b&model=fake", "?project=b&project_name=c"]) {
      await expectNativeError(await forget(query), {
        status: 422,
        code: "validation_error",
        type: "ValidationError",
      });
    }
    expect((await listed(gateway, "?project=b")).requests).toHaveLength(1);
  });
});

describe("where no records are kept", () => {
  it("that is said, and what is under way is seen all the same", async () => {
    const { gateway } = await startService({ RATE_LIMIT_ENABLED: "false" });
    const id = await chat(gateway, "a");
    expect(await listed(gateway)).toMatchObject({
      recorded: false,
      requests: [],
      next: null,
      running: [{ state: "running" }],
    });
    const says = /REQUEST_LOG_ENABLED=false/;
    const told = { status: 404, code: "not_found", type: "NotFoundError", says };
    await expectNativeError(await gateway.get(`/api/v1/requests/${id}`), told);
    const forget = { method: "DELETE" };
    await expectNativeError(await gateway.get("/api/v1/requests?project=a", forget), told);
  });
});
