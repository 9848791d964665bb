import { describe, expect, it, onTestFinished } from "vitest";
import { until, within } from "../support/deadline.ts";
import { EventReader } from "../support/event-stream.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { hasTerminal, START_COMMANDS, startInTerminal } from "../support/terminal.ts";

const PATIENCE_MS = 40_000;
const BODY = { model: "fake", messages: [{ role: "user", content: "hi" }], stream: true };

/** The service in a terminal, with a stream under way. */
async function startStreaming(command: string[]) {
  const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"] });
  ollama.inMemory.push("fake:latest");
  const chats = new HeldAnswers(ollama, "/api/chat");
  const terminal = await startInTerminal(command, { OLLAMA_BASE_URL: ollama.url });
  const { url } = terminal;
  const answer = fetch(`${url}/api/v1/chat`, { method: "POST", body: JSON.stringify(BODY) });
  await until(() => chats.all.length > 0, "the stream is under way", PATIENCE_MS);
  const held = await chats.next();
  held.piece("one");
  const events = new EventReader(await answer);
  expect(await events.next()).toMatchObject({ chunk: "one" });
  return { ...terminal, held, events };
}

describe.skipIf(!hasTerminal())("Ctrl-C in a terminal", () => {
  it.each(START_COMMANDS)(
    "lets a stream end, and ends with code 0: $name",
    async ({ command }) => {
      const { press, shows, held, events, endsWith } = await startStreaming(command);
      press("interrupt");
      await shows("SIGINT: stopping");
      held.piece("two");
      expect(await events.next()).toMatchObject({ chunk: "two" });
      held.finish();
      expect(await events.rest()).toMatchObject([{ done: true }]);
      await shows("Stopped.");
      await endsWith(0);
    },
    180_000,
  );

  it.each(START_COMMANDS)(
    "later than a second ends at once: $name",
    async ({ command }) => {
      const { press, shows, events } = await startStreaming(command);
      press("interrupt");
      await shows("SIGINT: stopping");
      const cut = events.rest().catch(() => "cut");
      const pressing = setInterval(() => press("interrupt"), 300);
      onTestFinished(() => clearInterval(pressing));
      expect(await within(cut, "the stream is cut", PATIENCE_MS)).toBe("cut");
    },
    180_000,
  );
});

describe.skipIf(!hasTerminal())("a terminal that is closed", () => {
  it.each(START_COMMANDS)(
    "lets a stream end as well: $name",
    async ({ command }) => {
      const { press, held, events } = await startStreaming(command);
      press("hangup");
      const isStopping = async (): Promise<boolean> => {
        held.piece("more");
        return (await events.next()) !== undefined;
      };
      for (let i = 0; i < 20; i++) expect(await isStopping()).toBe(true);
      held.finish();
      expect(await events.rest()).toMatchObject([{ done: true }]);
    },
    180_000,
  );
});

describe.skipIf(!hasTerminal())("the question whether to fetch required models", () => {
  const [{ command }] = START_COMMANDS as [(typeof START_COMMANDS)[number]];

  async function startAsking() {
    const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"] });
    const pulls = new HeldAnswers(ollama, "/api/pull");
    const terminal = await startInTerminal(command, {
      OLLAMA_BASE_URL: ollama.url,
      OLLAMA_REQUIRED_MODELS: "one",
    });
    await terminal.shows("Fetch one now\\?");
    return { ...terminal, ollama, pulls };
  }

  it("is followed by one line with the progress after a yes", async () => {
    const { press, shows, pulls } = await startAsking();
    press("yes");
    const pull = await pulls.next();
    pull.line({ status: "pulling a", digest: "sha256:a", total: 4e9, completed: 0 });
    await shows(/one \[.*\] 0% \| 0\.0 of 4000\.0 MB/);
    pull.line({ status: "pulling a", digest: "sha256:a", total: 4e9, completed: 1e9 });
    await shows(/one \[.*\] 25% \| 1000\.0 of 4000\.0 MB/);
    pull.line({ error: "no more" });
    pull.response.end();
    await shows("The model one could not be fetched, and is tried again: no more");
  }, 180_000);

  it("is followed by the command after a no", async () => {
    const { press, shows, ollama } = await startAsking();
    press("no");
    await shows("To fetch them: shared-ollama models pull one, or AUTO_PULL=true");
    expect(ollama.to("/api/pull")).toEqual([]);
  }, 180_000);
});
