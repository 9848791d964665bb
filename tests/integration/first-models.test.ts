import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { makeFakeProgram } from "../support/fake-server-program.ts";
import { serviceLog, startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers, type HeldAnswer } from "../support/held-answers.ts";
import { LineReader } from "../support/ndjson.ts";
import { bodiesTo, jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const GB = 1e9;
const ROOMY = { totalBytes: 1000 * GB, freeBytes: 500 * GB };
const HERE = ["fake:latest", "all-minilm:latest"];
const CHAT = { model: "fake", messages: [{ role: "user", content: "hi" }] };
const AT_ONCE = { AUTO_PULL: "true" };

interface SetUp {
  env?: Record<string, string>;
  models?: string[];
  disk?: typeof ROOMY;
  ask?: (question: string) => Promise<boolean>;
  contextLanes?: Record<string, number[]>;
}

/** A service that requires two models, in front of a fake whose pulls are held. */
async function setUp({
  env = {},
  models = HERE,
  disk = ROOMY,
  ask,
  contextLanes = {},
}: SetUp = {}) {
  const ollama = await startFakeOllama({ models });
  ollama.inMemory.push("fake:latest");
  const pulls = new HeldAnswers(ollama, "/api/pull");
  const gateway = await startGateway(
    {
      ...{ OLLAMA_BASE_URL: ollama.url, OLLAMA_MODELS: "/models", RATE_LIMIT_ENABLED: "false" },
      ...{ OLLAMA_REQUIRED_MODELS: "one,two", OLLAMA_MODEL_MEMORY_HINTS: "one:8" },
      OLLAMA_WARMUP_MODELS: "none",
      ...env,
    },
    {},
    { readDisk: () => Promise.resolve(disk), ...(ask ? { ask } : {}), contextLanes },
  );
  return { gateway, ollama, pulls };
}

type World = Awaited<ReturnType<typeof setUp>>;

const healthOf = async (gateway: Gateway) => jsonOf(await gateway.get("/api/v1/health"));
const part = (completed: number, total = 100) => ({
  ...{ status: "pulling a", digest: "sha256:a", total, completed },
});

/** A held pull comes to its end. */
function finish({ ollama }: World, model: string, server: HeldAnswer): void {
  ollama.installed.add(`${model}:latest`);
  server.line({ status: "success" });
  server.response.end();
}

/** Waits until health says this. */
async function healthSays(gateway: Gateway, what: object): Promise<void> {
  let health: object = {};
  const says = async (): Promise<boolean> => {
    health = await healthOf(gateway);
    try {
      expect(health).toMatchObject(what);
      return true;
    } catch {
      return false;
    }
  };
  await until(says, `health says ${JSON.stringify(what)}`).catch((cause: unknown) => {
    throw new Error(`it says ${JSON.stringify(health)}`, { cause });
  });
}

const TWO_WAITS = { name: "two", state: "waiting", size_gb: null, completed_bytes: 0 };

describe("required models with AUTO_PULL=true", () => {
  it("are fetched one at a time beside requests, and health tells how far they are", async () => {
    const world = await setUp({ env: AT_ONCE });
    const { gateway, pulls } = world;
    const one = await pulls.next();
    expect(one.body).toMatchObject({ model: "one", stream: true });
    one.line({ status: "pulling manifest" });
    one.line(part(42));
    await healthSays(gateway, {
      ...{ status: "starting", ollama_status: "running", ollama_service: "healthy" },
      missing_models: [
        {
          ...{ name: "one", state: "fetching", size_gb: 8 },
          ...{ completed_bytes: 42, total_bytes: 100, error: null, retry_in: null },
        },
        TWO_WAITS,
      ],
    });
    expect((await gateway.get("/api/v1/ready")).status).toBe(200);
    expect((await gateway.post("/api/v1/chat", CHAT)).status).toBe(200);
    expect(pulls.all).toHaveLength(1);
    finish(world, "one", one);
    const two = await pulls.next();
    expect(two.body).toMatchObject({ model: "two" });
    await healthSays(gateway, { missing_models: [{ name: "two", state: "fetching" }] });
    finish(world, "two", two);
    await healthSays(gateway, { status: "healthy", missing_models: [] });
    expect(gateway.said).toContain("Required models are not installed: one (8 GB), two.");
    expect(gateway.said).toContain("Fetching the model one (8 GB).");
    const isLogged = async () => (await serviceLog(gateway)).includes("is fetched to 40 %");
    await until(isLogged, "the log tells of it");
    await nothingIsHeld({ gateway });
  });

  it("share their downloads with clients that pull the same", async () => {
    const world = await setUp({ env: AT_ONCE });
    const { gateway, pulls } = world;
    const one = await pulls.next();
    one.line(part(10));
    const client = new LineReader(await gateway.post("/api/v1/models/pull", { model: "one" }));
    expect(await client.next()).toEqual(part(10));
    finish(world, "one", one);
    expect(await client.rest()).toEqual([{ status: "success" }]);
    await pulls.next();
    expect(pulls.all.map(({ body }) => body["model"])).toEqual(["one", "two"]);
  });

  it("are given up when somebody cancels one, and the next is fetched", async () => {
    const { gateway, pulls } = await setUp({ env: AT_ONCE });
    const one = await pulls.next();
    const cancelled = await gateway.get("/api/v1/models/pull/one", { method: "DELETE" });
    expect(cancelled.status).toBe(200);
    await one.sawCancel();
    expect((await pulls.next()).body).toMatchObject({ model: "two" });
    await healthSays(gateway, {
      status: "starting",
      missing_models: [
        { name: "one", state: "failed", error: "The pull of 'one:latest' was cancelled" },
        { name: "two", state: "fetching" },
      ],
    });
  });

  it("are tried again when a download breaks off, and go on from there", async () => {
    const world = await setUp({ env: { ...AT_ONCE, OLLAMA_REQUIRED_MODELS: "one" } });
    const { gateway, pulls } = world;
    const first = await pulls.next();
    first.line(part(50));
    await healthSays(gateway, { missing_models: [{ completed_bytes: 50 }] });
    first.crash();
    await healthSays(gateway, {
      status: "starting",
      missing_models: [{ state: "retrying", completed_bytes: 50, error: expect.any(String) }],
    });
    const second = await pulls.next();
    second.line(part(60));
    await healthSays(gateway, {
      missing_models: [{ state: "fetching", completed_bytes: 60, error: null, retry_in: null }],
    });
    finish(world, "one", second);
    await healthSays(gateway, { status: "healthy", missing_models: [] });
    await nothingIsHeld({ gateway });
  });

  it("are not fetched onto a disk that has no room for them", async () => {
    const { gateway, pulls } = await setUp({
      env: { ...AT_ONCE, OLLAMA_REQUIRED_MODELS: "one" },
      disk: { totalBytes: 100 * GB, freeBytes: 12 * GB },
    });
    const one = await pulls.next();
    one.line(part(0, 8 * GB));
    await one.sawCancel();
    await healthSays(gateway, {
      missing_models: [{ name: "one", error: expect.stringMatching(/8\.0 GB more.*12\.0 GB/) }],
    });
  });

  it("are not asked of a registry twice that has no such model", async () => {
    const { gateway, pulls } = await setUp({ env: AT_ONCE });
    const one = await pulls.next();
    one.line({ error: "pull model manifest: file does not exist" });
    one.response.end();
    expect((await pulls.next()).body).toMatchObject({ model: "two" });
    await healthSays(gateway, { missing_models: [{ name: "one", state: "failed" }, {}] });
  });

  it("leave alone what clients may not use", async () => {
    const { gateway, pulls } = await setUp({ env: { ...AT_ONCE, ALLOWED_MODELS: "fake,two" } });
    expect((await pulls.next()).body).toMatchObject({ model: "two" });
    await healthSays(gateway, { missing_models: [{ name: "two" }] });
  });

  it("are the pulls' to cancel when the service stops", async () => {
    const { gateway, pulls } = await setUp({ env: AT_ONCE });
    const one = await pulls.next();
    one.line(part(10));
    await healthSays(gateway, { missing_models: [{ completed_bytes: 10 }, {}] });
    await gateway.stop();
    await one.sawCancel();
    expect(pulls.all).toHaveLength(1);
    expect(gateway.said.filter((line) => line.includes("could not"))).toEqual([]);
  });
});

it("required models are fetched for each server that comes up", async () => {
  const program = await makeFakeProgram();
  const gateway = await startGateway(
    { ...program.env, ...AT_ONCE, OLLAMA_REQUIRED_MODELS: "one" },
    program.processEnv,
  );
  const fetches = () => gateway.said.filter((line) => line === "Fetching the model one.").length;
  await healthSays(gateway, { status: "healthy", missing_models: [] });
  expect(fetches()).toBe(1);
  await gateway.post("/api/fake/crash", {}).catch(() => undefined);
  // The next one begins with the models of its own.
  await until(() => fetches() === 2, "the model is fetched again");
  await healthSays(gateway, { status: "healthy", missing_models: [] });
});

describe("required models without AUTO_PULL", () => {
  it("are named with their sizes and the command, and nothing is fetched", async () => {
    const { gateway, ollama } = await setUp();
    await until(() => gateway.said.some((line) => line.startsWith("To fetch")), "the command");
    expect(gateway.said).toEqual(
      expect.arrayContaining([
        "Required models are not installed: one (8 GB), two.",
        "To fetch them: shared-ollama models pull one && shared-ollama models pull two, or AUTO_PULL=true at the next start.",
      ]),
    );
    expect(ollama.to("/api/pull")).toEqual([]);
    expect(await healthOf(gateway)).toMatchObject({
      status: "healthy",
      missing_models: [
        { name: "one", state: "not_fetched" },
        { name: "two", state: "not_fetched" },
      ],
    });
  });

  it("are fetched after a yes on the terminal, and the service serves while that is open", async () => {
    const questions: string[] = [];
    let answer = (_yes: boolean): void => {};
    const { gateway, pulls } = await setUp({
      ask: (question) => {
        questions.push(question);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    await until(() => questions.length > 0, "the question");
    expect(questions).toEqual(["Fetch one (8 GB), two now?"]);
    expect(await healthOf(gateway)).toMatchObject({ status: "healthy" });
    expect((await gateway.post("/api/v1/chat", CHAT)).status).toBe(200);
    answer(true);
    expect((await pulls.next()).body).toMatchObject({ model: "one" });
    await healthSays(gateway, { status: "starting" });
  });

  it("do not hold up a stop with the question", async () => {
    const questions: string[] = [];
    const { gateway } = await setUp({
      ask: (question) => {
        questions.push(question);
        return new Promise(() => {});
      },
    });
    await until(() => questions.length > 0, "the question");
    await gateway.stop();
  });
});

describe("warm-up models", () => {
  const WARM = { OLLAMA_REQUIRED_MODELS: "one", OLLAMA_WARMUP_MODELS: "one,two" };

  it("are loaded where they are installed, to be kept, and the manager respects that", async () => {
    const { gateway, ollama } = await setUp({
      env: { ...WARM, OLLAMA_MAX_RAM: "64GB", IDLE_TIMEOUT: "1", MEMORY_CHECK_INTERVAL: "1" },
      models: [...HERE, "one:latest", "other:latest"],
    });
    await until(() => gateway.said.includes("The model one is in memory."), "the model is warm");
    expect(bodiesTo(ollama, "/api/generate")).toEqual([
      { model: "one:latest", stream: false, keep_alive: "30m" },
    ]);
    // A client's request that says nothing changes nothing about that.
    expect((await gateway.post("/api/v1/chat", { ...CHAT, model: "one" })).status).toBe(200);
    expect((await gateway.post("/api/v1/chat", { ...CHAT, model: "other" })).status).toBe(200);
    await until(() => !ollama.inMemory.includes("other:latest"), "the other one is unloaded");
    expect(ollama.inMemory).toContain("one:latest");
    expect(ollama.loads).toEqual(["one:latest", "other:latest"]);
  });

  it("are loaded with their smallest lane, so that the first to ask for it loads nothing", async () => {
    const { gateway, ollama } = await setUp({
      env: { ...WARM, OLLAMA_MAX_RAM: "64GB" },
      models: [...HERE, "one:latest"],
      contextLanes: { one: [8192, 32_768] },
    });
    await until(() => gateway.said.includes("The model one is in memory."), "the model is warm");
    const asked = { ...CHAT, model: "one", options: { num_ctx: 8000 } };
    const answer = await gateway.post("/api/v1/chat", asked);
    expect(answer.headers.get("x-shared-ollama-num-ctx")).toBe("asked=8000, used=8192");
    expect(ollama.loads).toEqual(["one:latest"]);
  });

  it("are loaded once they are fetched", async () => {
    const world = await setUp({ env: { ...WARM, ...AT_ONCE } });
    const { gateway, pulls, ollama } = world;
    const one = await pulls.next();
    expect(ollama.loads).toEqual([]);
    finish(world, "one", one);
    await until(() => gateway.said.includes("The model one is in memory."), "the model is warm");
    expect(ollama.loads).toEqual(["one:latest"]);
  });

  it("are not loaded where they do not fit", async () => {
    const { gateway, ollama } = await setUp({
      env: { ...WARM, OLLAMA_MAX_RAM: "4GB" },
      models: [...HERE, "one:latest"],
    });
    const says = /^The model one is loaded when it is asked for: it takes about 8\.0 GB/;
    await until(() => gateway.said.some((line) => says.test(line)), "why it is not loaded");
    expect(ollama.loads).toEqual([]);
  });
});
