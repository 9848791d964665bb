// A fake Ollama whose model is told by its prompt what to do: `{"calls": [["echo", {}], …]}` has it make one
// call a turn, and then answer. So long it works on each turn: BENCH_TURN_MS.
import { FakeOllama } from "../../tests/fake-ollama/server.mjs";

const turnMs = Number(process.env.BENCH_TURN_MS ?? "0");
const fake = new FakeOllama({ models: ["fake:latest"], keepsRequests: false });
let isWorking = Promise.resolve();

fake.script("/api/chat", async ({ body }, response) => {
  // One turn after the other, as on a small machine.
  const before = isWorking;
  let done = () => {};
  isWorking = new Promise((resolve) => (done = resolve));
  await before;
  const { messages, stream } = JSON.parse(body.toString());
  const asked = messages.findLast(({ role }) => role === "user").content;
  const { calls = [] } = asked.startsWith("{") ? JSON.parse(asked) : {};
  const made = messages.filter(({ role }) => role === "tool").length;
  const next = calls[made];
  if (turnMs > 0) await new Promise((resolve) => setTimeout(resolve, turnMs));
  done();
  if (response.destroyed) return;
  const message = next
    ? {
        role: "assistant",
        content: "",
        tool_calls: [{ function: { name: next[0], arguments: next[1] } }],
      }
    : { role: "assistant", content: "Done." };
  const end = {
    done: true,
    done_reason: "stop",
    total_duration: (turnMs || 1) * 1e6,
    load_duration: 0,
    prompt_eval_count: 20,
    prompt_eval_duration: (turnMs || 1) * 5e5,
    eval_count: 4,
    eval_duration: (turnMs || 1) * 5e5,
  };
  const model = "fake";
  if (stream) {
    response.setHeader("Content-Type", "application/x-ndjson");
    const lines = [
      { model, message, done: false },
      { model, message: { role: "assistant", content: "" }, ...end },
    ];
    response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    return;
  }
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ model, message, ...end }));
});
process.on("SIGTERM", () => process.exit(0));
await fake.start();
console.log(`Listening on ${fake.url}`);
