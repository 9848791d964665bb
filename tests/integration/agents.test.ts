import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runFile, runOf, stepOf, storeRuns } from "../support/agent-records.ts";
import { until } from "../support/deadline.ts";
import type { Gateway } from "../support/gateway.ts";
import { jsonOf, startService } from "../support/service.ts";
import { makeHome } from "../support/service-process.ts";

/** A client on another machine, which may not manage. */
const ELSEWHERE = { "X-Forwarded-For": "10.1.2.3" };
const as = (project: string, headers: Record<string, string> = {}) => ({
  headers: { "X-Project-Name": project, ...ELSEWHERE, ...headers },
});
const asManager = (project = "manager") => ({ headers: { "X-Project-Name": project } });

const BODY = { name: "librarian", role: "You answer from the catalogue.", model: "fake" };

interface Init {
  headers: Record<string, string>;
}

/** The routes of agents, asked as somebody. */
function client({ get, post }: Gateway, init: Init) {
  const json = JSON.stringify;
  return {
    create: (body: unknown) => post("/api/v1/agents/create", body, init),
    list: async (query = "") => jsonOf(await get(`/api/v1/agents${query}`, init)),
    get: (name: string) => get(`/api/v1/agents/${name}`, init),
    put: (name: string, body: unknown) =>
      get(`/api/v1/agents/${name}`, { ...init, method: "PUT", body: json(body) }),
    delete: (name: string) => get(`/api/v1/agents/${name}`, { ...init, method: "DELETE" }),
    validate: (name: string) => post(`/api/v1/agents/${name}/validate`, "", init),
    runs: async (query = "") => jsonOf(await get(`/api/v1/agents/runs${query}`, init)),
    run: (id: string) => get(`/api/v1/agents/runs/${id}`, init),
  };
}

async function setUp(env: Record<string, string> = {}, more = {}) {
  const { gateway, ollama } = await startService(env, {}, more);
  return {
    gateway,
    ollama,
    acme: client(gateway, as("acme")),
    other: client(gateway, as("other")),
    manager: client(gateway, asManager()),
  };
}

const names = (list: Record<string, unknown>): string[] =>
  (list["agents"] as { name: string }[]).map(({ name }) => name);

/** The answer is this error; its fields. */
const failsWith =
  (status: number, code: string) =>
  async (given: Response | Promise<Response>): Promise<Record<string, unknown>> => {
    const answer = await given;
    const body = await jsonOf(answer);
    expect({ status: answer.status, code: body["code"] }, JSON.stringify(body)).toEqual({
      status,
      code,
    });
    return body;
  };
const isNotFound = failsWith(404, "agent_not_found");
const isForbidden = failsWith(403, "forbidden");

describe("a tenant's agent", () => {
  it("is made, shown, changed and deleted by the tenant", async () => {
    const { acme } = await setUp();
    expect(await acme.list()).toMatchObject({ agents: [], message: expect.any(String) as string });
    const made = await jsonOf(await acme.create({ ...BODY, config: { num_ctx: 4096, seed: "7" } }));
    expect(made).toMatchObject({
      status: "success",
      ...BODY,
      options: { seed: 7, options: { num_ctx: 4096 } },
      max_steps: 10,
      timeout_sec: 300,
      require_approval: "never",
      visibility: "tenant",
      owner: "acme",
      may_change: true,
    });
    const { status: _, ...agent } = made;
    expect(await jsonOf(await acme.get("librarian"))).toEqual(agent);
    expect((await acme.list())["agents"]).toEqual([agent]);
    // What an answer had can be sent back.
    const changed = await jsonOf(await acme.put("librarian", { ...agent, role: "other" }));
    expect(changed).toMatchObject({ ...agent, role: "other", updated_at: changed["updated_at"] });
    expect(await jsonOf(await acme.delete("librarian"))).toEqual({
      status: "success",
      name: "librarian",
      deleted: true,
    });
    await isNotFound(acme.get("librarian"));
  });

  it("is not there for another tenant, whoever it asks for", async () => {
    const { acme, other } = await setUp();
    await acme.create(BODY);
    expect(names(await other.list("?all=true"))).toEqual([]);
    for (const name of ["librarian", "librarian?owner=acme"]) {
      await isNotFound(other.get(name));
      await isNotFound(other.put(name, BODY));
      await isNotFound(other.delete(name));
    }
    await isNotFound(other.validate("librarian"));
    expect((await acme.get("librarian")).status).toBe(200);
  });

  it("for everyone is seen by all, hidden by one's own, and changed by its owner", async () => {
    const { acme, other } = await setUp();
    await acme.create({ ...BODY, visibility: "everyone" });
    const seen = await jsonOf(await other.get("librarian"));
    expect(seen).toMatchObject({ role: BODY.role, may_change: false });
    expect(seen).not.toHaveProperty("owner");
    await isForbidden(other.put("librarian", { ...BODY, role: "mine now" }));
    await isForbidden(other.delete("librarian"));
    await failsWith(409, "agent_exists")(other.create({ ...BODY, visibility: "everyone" }));
    await other.create({ ...BODY, role: "other's" });
    expect(await jsonOf(await other.get("librarian"))).toMatchObject({ role: "other's" });
    expect(names(await other.list())).toEqual(["librarian"]);
    await other.delete("librarian");
    expect(await jsonOf(await other.get("librarian"))).toEqual(seen);
  });

  it("is changed and deleted by who may manage, too", async () => {
    const { acme, other, manager } = await setUp();
    await acme.create(BODY);
    await other.create({ ...BODY, visibility: "everyone" });
    expect(names(await manager.list())).toEqual(["librarian"]);
    expect(names(await manager.list("?all=true"))).toEqual(["librarian", "librarian"]);
    const changed = await manager.put("librarian?owner=acme", { ...BODY, role: "managed" });
    expect(await jsonOf(changed)).toMatchObject({ owner: "acme", role: "managed" });
    expect(await jsonOf(await acme.get("librarian"))).toMatchObject({ role: "managed" });
    // Without an owner it is everyone's.
    expect((await manager.delete("librarian")).status).toBe(200);
    await isNotFound(other.get("librarian"));
    expect((await acme.get("librarian")).status).toBe(200);
  });

  it("is there after a restart, with records of requests and without", async () => {
    const home = await makeHome();
    const first = await setUp({ SHARED_OLLAMA_HOME: home, REQUEST_LOG_ENABLED: "true" });
    await first.acme.create(BODY);
    await first.gateway.service.lifecycle.stop();
    const { acme } = await setUp({ SHARED_OLLAMA_HOME: home });
    expect(names(await acme.list())).toEqual(["librarian"]);
    expect((await stat(join(home, "data", "agents.db"))).mode & 0o777).toBe(0o600);
  });

  it("stays when its project's records are forgotten", async () => {
    const { gateway, acme } = await setUp({ REQUEST_LOG_ENABLED: "true" });
    await acme.create(BODY);
    await gateway.get("/api/v1/requests?project=acme", { method: "DELETE" });
    expect(names(await acme.list())).toEqual(["librarian"]);
  });
});

it("no file is made and no thread is started where nobody uses agents", async () => {
  const { gateway } = await setUp();
  await gateway.get("/api/v1/health");
  expect(await readdir(join(gateway.home, "data"))).not.toContain("agents.db");
  expect((await gateway.get("/api/v1/agents/runs")).status).toBe(200);
  expect(await readdir(join(gateway.home, "data"))).not.toContain("agent-runs.db");
});

describe("a definition that cannot be taken", () => {
  it("says which of name, role and model are missing", async () => {
    const { acme } = await setUp();
    for (const [body, missing] of [
      [{}, ["name", "role", "model"]],
      [{ name: "x", role: " ", model: null }, ["role", "model"]],
      [{ ...BODY, name: "" }, ["name"]],
    ] as const) {
      const error = await failsWith(400, "invalid_request")(acme.create(body));
      expect(error).toMatchObject({ missing });
      expect(error["error"]).toContain(missing.join(", "));
    }
  });

  const WRONG: [string, object][] = [
    ["a name with a slash", { name: "a/b" }],
    ["a name with a colon", { name: "agent:x" }],
    ["dots alone", { name: ".." }],
    ["a name that is too long", { name: "x".repeat(65) }],
    ["the name of a route", { name: "runs" }],
    ["a name in another alphabet", { name: "büro" }],
    ["an agent as its model", { model: "agent:other" }],
    ["an unknown field", { modell: "x" }],
    ["options under both names", { options: {}, config: {} }],
    ["an option that is none", { options: { temprature: 1 } }],
    ["an option out of its range", { options: { temperature: 3 } }],
    ["a tool without a name", { tools: [{ type: "function", function: {} }] }],
    ["a format without its schema", { response_format: { type: "json_schema" } }],
    ["no steps", { max_steps: 0 }],
    ["too many steps", { max_steps: 51 }],
    ["too many servers", { mcp: Array.from({ length: 33 }, (_, i) => `s${i}`) }],
    ["a server with a path", { mcp: ["../x"] }],
    ["a visibility that is none", { visibility: "all" }],
    ["an approval that is none", { require_approval: "sometimes" }],
  ];

  it("is refused with 422 where a field is wrong", async () => {
    const { acme } = await setUp();
    for (const [what, wrong] of WRONG) {
      const error = await failsWith(422, "validation_error")(acme.create({ ...BODY, ...wrong }));
      const [field = ""] = Object.keys(wrong);
      expect(error["error"], what).toContain(field);
    }
    expect(names(await acme.list())).toEqual([]);
  });

  it("is told by what is not known, not allowed, or too large", async () => {
    const { acme, gateway } = await setUp({ ALLOWED_MODELS: "fake" });
    await failsWith(400, "model_not_allowed")(acme.create({ ...BODY, model: "other" }));
    await failsWith(400, "invalid_request")(acme.create({ ...BODY, model: "../x" }));
    const noServer = await failsWith(400, "invalid_request")(acme.create({ ...BODY, mcp: ["x"] }));
    expect(noServer["error"]).toContain("config/mcp.yaml");
    const large = await failsWith(
      413,
      "request_too_large",
    )(acme.create({ ...BODY, role: "x".repeat(70_000) }));
    expect(large).toMatchObject({ limit_bytes: 65_536 });
    await acme.create(BODY);
    const renamed = await failsWith(
      400,
      "invalid_request",
    )(acme.put("librarian", { ...BODY, name: "other" }));
    expect(renamed["error"]).toContain("librarian");
    await failsWith(400, "invalid_request")(acme.put("librarian", { role: "no model" }));
    await failsWith(422, "validation_error")(gateway.get("/api/v1/agents?limit=0", as("acme")));
  });

  it("is one too many of a tenant, as far as the limit of requests lets that be tried", async () => {
    const { acme } = await setUp({ RATE_LIMIT_ENABLED: "false" });
    for (let i = 0; i < 100; i += 1) {
      expect((await acme.create({ ...BODY, name: `n${i}` })).status).toBe(200);
    }
    await failsWith(409, "agent_limit_reached")(acme.create(BODY));
    expect(names(await acme.list("?limit=500"))).toHaveLength(100);
    const limited = await setUp();
    const statuses = new Set<number>();
    for (let i = 0; i < 70; i += 1) statuses.add((await limited.acme.create(BODY)).status);
    expect(statuses).toEqual(new Set([200, 409, 429]));
  });
});

it("a name that no agent can have is none", async () => {
  const { acme } = await setUp({ RATE_LIMIT_ENABLED: "false" });
  await acme.create(BODY);
  for (const name of [
    "%2e%2e",
    "%2e%2e%2fconfig",
    "a%2fb",
    "a%00b",
    "%ff",
    "x".repeat(4000),
    "%27%20OR%201=1--",
    "agent:librarian",
    "librarian%20",
    "Librarian",
  ]) {
    for (const answer of [acme.get(name), acme.delete(name), acme.put(name, BODY)]) {
      const { status } = await answer;
      expect([400, 404, 405], `${name} ${status}`).toContain(status);
    }
  }
  expect(names(await acme.list())).toEqual(["librarian"]);
});

describe("what an agent is looked at for", () => {
  it("is told as it is now", async () => {
    const { acme, ollama } = await setUp({ RATE_LIMIT_ENABLED: "false" });
    await acme.create(BODY);
    const body = await jsonOf(await acme.validate("librarian"));
    expect(body).toMatchObject({ agent: "librarian", ok: true });
    await acme.create({ ...BODY, name: "wrong", model: "missing" });
    const wrong = await jsonOf(await acme.validate("wrong"));
    expect(wrong["ok"]).toBe(false);
    expect(wrong["findings"]).toContainEqual({
      check: "model",
      ok: false,
      message:
        "The model 'missing' is not installed; `shared-ollama models pull missing` fetches it",
    });
    await ollama.stop();
    await until(async () => {
      const { ok } = await jsonOf(await acme.validate("librarian"));
      return ok === false;
    }, "the server is found to be away");
  });
});

describe("kept runs", () => {
  const RUNS = [
    runOf({ tenant: "acme", status: "completed", steps: [stepOf()] }),
    runOf({ tenant: "acme", status: "running", endedAtMs: undefined }),
    runOf({ tenant: "other", project: "other", agent: "second" }),
  ];
  const [done, cutOff, others] = RUNS.map(({ id }) => id) as [string, string, string];
  const started = async (env: Record<string, string> = {}) => {
    const home = await makeHome();
    storeRuns(home, RUNS);
    return { home, ...(await setUp({ SHARED_OLLAMA_HOME: home, ...env })) };
  };
  const ids = (list: Record<string, unknown>): string[] =>
    (list["runs"] as { id: string }[]).map(({ id }) => id);

  it("are those of one's own, or all for who may manage; a restart has interrupted one", async () => {
    const { acme, other, manager } = await started();
    expect(ids(await acme.runs())).toEqual([cutOff, done]);
    expect(ids(await other.runs())).toEqual([others]);
    expect(ids(await manager.runs())).toEqual([others, cutOff, done]);
    expect(ids(await manager.runs("?agent=second"))).toEqual([others]);
    expect(ids(await manager.runs("?status=interrupted"))).toEqual([cutOff]);
    expect(await jsonOf(await acme.run(cutOff))).toMatchObject({
      status: "interrupted",
      reason: { code: "interrupted" },
      ended_at: expect.any(String) as string,
      steps: [],
    });
    expect(await jsonOf(await acme.run(done))).toMatchObject({
      status: "completed",
      step_count: 1,
      steps: [{ kind: "tool", server: "catalogue", tool: "find_book", took_ms: 12 }],
    });
    for (const id of [others, "run_x", "create"]) {
      await failsWith(404, "not_found")(acme.run(id));
    }
    expect((await manager.run(others)).status).toBe(200);
  });

  it("come in pages", async () => {
    const { manager } = await started();
    const first = await manager.runs("?limit=2");
    expect(ids(first)).toEqual([others, cutOff]);
    expect(ids(await manager.runs(`?limit=2&before=${first["next"] as number}`))).toEqual([done]);
  });

  it.each(["true", "false"])(
    "are forgotten with their project, where records of requests are kept: %s",
    async (enabled) => {
      const { gateway, manager, home } = await started({ REQUEST_LOG_ENABLED: enabled });
      const forget = (project: string, init?: RequestInit) =>
        gateway.get(`/api/v1/requests?project=${project}`, { ...init, method: "DELETE" });
      expect((await forget("acme", as("acme"))).status).toBe(403);
      expect(await jsonOf(await forget("acme"))).toMatchObject({ forgotten_runs: 2 });
      expect(ids(await manager.runs())).toEqual([others]);
      expect(await readFile(runFile(home), "latin1")).not.toContain(done);
    },
  );

  it("of an earlier setting are read and forgotten with AGENT_TRACE=off", async () => {
    const { manager, gateway } = await started({ AGENT_TRACE: "off" });
    expect(await manager.runs()).toMatchObject({ recorded: false });
    await gateway.get("/api/v1/requests?project=acme", { method: "DELETE" });
    expect(ids(await manager.runs())).toEqual([others]);
  });
});
