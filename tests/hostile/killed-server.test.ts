import { describe, expect, it } from "vitest";
import { until, within } from "../support/deadline.ts";
import { ended, factsThrough, isAlive, makeFakeProgram } from "../support/fake-server-program.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const KILLS = 30;
const STREAMS = 16;
/** For a machine that does other things, too. */
const PATIENCE_MS = 30_000;

const MESSAGES = [{ role: "user", content: "hi" }];
const CHAT = { path: "/api/chat", body: { messages: MESSAGES }, ending: /"done":true|"error"/ };
/** A stream of each dialect, and what of its text says that it has ended, well or badly. */
const KINDS = [
  CHAT,
  { path: "/api/generate", body: { prompt: "hi" }, ending: /"done":true|"error"/ },
  { path: "/v1/chat/completions", body: { messages: MESSAGES }, ending: /\[DONE\]|"error"/ },
  { path: "/api/v1/chat", body: { messages: MESSAGES }, ending: /"done":true|"error"/ },
  { path: "/api/v1/generate", body: { prompt: "hi" }, ending: /"done":true|"error"/ },
  { path: "/api/v1/chat/completions", body: { messages: MESSAGES }, ending: /\[DONE\]|"error"/ },
];

/** One client's stream: it runs once its first bytes are there, and is told once it has ended. */
interface Stream {
  running: Promise<void>;
  told: Promise<"status" | "error in the stream" | "broken connection" | "NOT TOLD">;
}

function openStream(gateway: Gateway, index: number): Stream {
  const { path, body, ending } = KINDS[index % KINDS.length] ?? CHAT;
  let begun = (): void => {};
  const running = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const read = async () => {
    const answer = await gateway.post(path, { model: "fake", stream: true, ...body });
    if (answer.status >= 500) return "status";
    let text = "";
    try {
      for await (const chunk of answer.body ?? []) {
        begun();
        text = (text + Buffer.from(chunk).toString()).slice(-2000);
      }
    } catch {
      return "broken connection";
    }
    return ending.test(text) ? "error in the stream" : "NOT TOLD";
  };
  const told = read().catch(() => "broken connection" as const);
  void told.then(begun);
  return { running, told };
}

/** The server that answers now; 0 where none does. */
async function pidBehind(gateway: Gateway): Promise<number> {
  const answer = await gateway.get("/api/fake/facts");
  return answer.ok ? ((await answer.json()) as { pid: number }).pid : 0;
}

describe("an inference server that is killed again and again", () => {
  it("leaves no client waiting: each is told, by a status, in its stream or by its end", async () => {
    const program = await makeFakeProgram({ endless: true });
    const parallel = String(STREAMS);
    const gateway = await startGateway(
      {
        ...program.env,
        OLLAMA_NUM_PARALLEL: parallel,
        UPSTREAM_PARALLEL: parallel,
        QUEUE_CHAT_MAX_CONCURRENT: parallel,
        TENANT_MAX_TEXT: parallel,
        RATE_LIMIT_ENABLED: "false",
        OLLAMA_MANAGER_MAX_WAIT_TIME: "60",
      },
      program.processEnv,
      { restartPauses: { firstMs: 10, longestMs: 20 } },
    );
    const outcomes = new Map<string, number>();
    let pid = 0;
    for (let kill = 1; kill <= KILLS; kill++) {
      const killed = pid;
      const isBack = async (): Promise<boolean> => {
        pid = await pidBehind(gateway);
        return pid !== 0 && pid !== killed;
      };
      await until(isBack, `another server is there before kill ${kill}`, PATIENCE_MS);
      const streams = Array.from({ length: STREAMS }, (_, i) => openStream(gateway, i));
      const running = Promise.all(streams.map((stream) => stream.running));
      await within(running, `all streams run before kill ${kill}`, PATIENCE_MS);
      process.kill(pid, "SIGKILL");
      const told = Promise.all(streams.map((stream) => stream.told));
      for (const how of await within(told, `all are told of kill ${kill}`, PATIENCE_MS)) {
        outcomes.set(how, (outcomes.get(how) ?? 0) + 1);
      }
    }
    expect(outcomes.get("NOT TOLD")).toBeUndefined();
    expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(KILLS * STREAMS);
    await nothingIsHeld({ gateway });
  }, 300_000);
});

describe("a started Ollama that is killed", () => {
  it("takes its runner with it, and so does one that is stopped", async () => {
    const program = await makeFakeProgram({ hasRunner: true });
    const gateway = await startGateway(program.env, program.processEnv);
    const first = await factsThrough(gateway.url);
    expect(isAlive(first.runner ?? 0)).toBe(true);
    process.kill(first.pid, "SIGKILL");
    await ended(first.runner ?? 0, "the runner of a killed Ollama", PATIENCE_MS);
    const isReady = async () => (await gateway.get("/api/v1/ready")).status === 200;
    await until(isReady, "another Ollama is there", PATIENCE_MS);
    const second = await factsThrough(gateway.url);
    expect(isAlive(second.runner ?? 0)).toBe(true);
    await gateway.stop();
    await ended(second.runner ?? 0, "the runner of a stopped Ollama", PATIENCE_MS);
  }, 90_000);
});
