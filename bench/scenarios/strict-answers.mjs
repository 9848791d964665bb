import { FakeOllama } from "../../tests/fake-ollama/server.mjs";
import { serviceFile } from "../lib/request-store.mjs";
import { startService } from "../lib/service.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";
import { post } from "../lib/timed-post.mjs";

const WARM_UP = 50;
const ROUNDS = 500;
const ANSWER_BYTES = 2048;
const GOAL_MS = 5;

/** Of the whole service: in each, strict requests and others take turns. */
const SERVICE_ROUNDS = 5;
const REQUESTS_A_ROUND = 100;

/** What `strict` adds to an answer of 2 KB: the way to the thread and back, and the checks there. */
export async function strictAnswers() {
  const whole = await wholeService();
  const { known, fresh } = await runnerAlone();
  const rows = [
    ["a schema that was seen before", median(known), quantile(known, 0.95)],
    ["a new schema each time", median(fresh), quantile(fresh, 0.95)],
    [`the whole service, ${SERVICE_ROUNDS} rounds beside others`, whole.median, whole.p95],
  ];
  return {
    title: `What strict adds to an answer of ${ANSWER_BYTES} bytes`,
    table: markdownTable(
      ["", "median ms", "p95 ms"],
      rows.map(([what, ...figures]) => [what, ...figures.map((ms) => figure(ms, 2))]),
    ),
    goal: `${GOAL_MS} ms, of a schema that was seen before`,
    isMet: Math.max(median(known), whole.median) <= GOAL_MS,
  };
}

/** Milliseconds that a strict request takes longer than one that is not: the middle of all rounds. */
async function wholeService() {
  const ollama = new FakeOllama({
    models: ["fake:latest"],
    reply: async () => [answerOf(ANSWER_BYTES)],
    keepsRequests: false,
  });
  await ollama.start();
  const settings = { RATE_LIMIT_ENABLED: "false", RESPONSE_CACHE_ENABLED: "false" };
  const service = await startService({ OLLAMA_BASE_URL: ollama.url, ...settings });
  /** One request of each kind: milliseconds that each took. */
  const pair = async () => {
    const took = [];
    for (const strict of [true, false]) {
      const body = { model: "fake", prompt: "hi", format: SCHEMA, strict };
      const { status, tookMs } = await post(service.url, "/api/v1/generate", body);
      if (status !== 200) throw new Error(`answered with ${status}`);
      took.push(tookMs);
    }
    return took;
  };
  const round = async (requests) => {
    const pairs = [];
    for (let i = 0; i < requests; i += 1) pairs.push(await pair());
    const [strict, plain] = [0, 1].map((side) => pairs.map((took) => took[side]));
    return [0.5, 0.95].map((share) => quantile(strict, share) - quantile(plain, share));
  };
  try {
    await round(WARM_UP);
    const rounds = [];
    for (let i = 0; i < SERVICE_ROUNDS; i += 1) rounds.push(await round(REQUESTS_A_ROUND));
    const [middle, p95] = [0, 1].map((i) => median(rounds.map((figures) => figures[i])));
    return { median: middle, p95 };
  } finally {
    await service.stop();
    await ollama.stop();
  }
}

/** The same without HTTP, queue and inference server. */
async function runnerAlone() {
  const { SchemaThread } = await import(serviceFile("workers/schemas/client"));
  const { openSchemaThread } = await import(serviceFile("workers/schemas/open-thread"));
  const { StrictRunner } = await import(serviceFile("src/schemas/strict-runner"));
  const { LightSignal } = await import(serviceFile("src/runtime/light-signal"));
  const entry = `file://${serviceFile("workers/schemas/main")}`;
  const thread = new SchemaThread({
    open: (onEnd) => openSchemaThread({ entry, onEnd }),
    deadlineMs: 1000,
    startMs: 20_000,
    onFault: (err) => {
      throw err;
    },
  });
  const answer = { response: answerOf(ANSWER_BYTES), done: true, done_reason: "stop" };
  const runner = { answer: async () => answer };
  const strict = new StrictRunner({ runner, thread });
  const schemaOf = (name) => ({ schema: { ...SCHEMA, title: name }, field: "format" });
  const scope = { record: { tenant: "acme" }, signal: new LightSignal() };
  /** Milliseconds for an answer, from the request to the answer that was checked. */
  const measured = async (nameOf) => {
    const times = [];
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const request = { strict: schemaOf(nameOf(round)) };
      const startedAt = performance.now();
      const { schema_valid: isValid } = await strict.answer(request, scope);
      if (!isValid) throw new Error("the answer does not hold");
      if (round >= 0) times.push(performance.now() - startedAt);
    }
    return times;
  };
  try {
    return {
      known: await measured(() => "the same"),
      fresh: await measured((round) => `number ${round}`),
    };
  } finally {
    await thread.destroy();
  }
}

const SCHEMA = {
  type: "object",
  properties: {
    people: {
      type: "array",
      items: {
        type: "object",
        properties: {
          name: { type: "string", pattern: "^[A-Z][a-z]+$" },
          born: { type: "string", format: "date" },
          role: { enum: ["admin", "guest"] },
          score: { type: "number", minimum: 0, maximum: 1 },
        },
        required: ["name", "born", "role", "score"],
        additionalProperties: false,
      },
    },
  },
  required: ["people"],
  additionalProperties: false,
};

/** JSON of so many bytes at least. */
function answerOf(bytes) {
  const people = [];
  while (JSON.stringify({ people }).length < bytes) {
    people.push({ name: "Ada", born: "1815-12-10", role: "admin", score: 0.5 });
  }
  return JSON.stringify({ people });
}
