import { serviceFile } from "../lib/request-store.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const WARM_UP = 50;
const ROUNDS = 500;
const ANSWER_BYTES = 2048;
const GOAL_MS = 5;

/** What `strict` adds to an answer of 2 KB: the way to the thread and back, and the checks there. */
export async function strictAnswers() {
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
    const known = await measured(() => "the same");
    const rows = [
      ["a schema that was seen before", known],
      ["a new schema each time", await measured((round) => `number ${round}`)],
    ];
    return {
      title: `What strict adds to an answer of ${ANSWER_BYTES} bytes`,
      table: markdownTable(
        ["", "median ms", "p95 ms"],
        rows.map(([what, times]) => [
          what,
          figure(median(times), 2),
          figure(quantile(times, 0.95), 2),
        ]),
      ),
      goal: `${GOAL_MS} ms, of a schema that was seen before`,
      isMet: median(known) <= GOAL_MS,
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
