import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { onBun } from "../../src/runtime/on-bun.ts";
import { projectRoot } from "../../src/runtime/paths.ts";
import { until, within } from "../support/deadline.ts";
import { EventReader } from "../support/event-stream.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { makeHome } from "../support/service-process.ts";

const PATIENCE_MS = 40_000;
const BODY = { model: "fake", messages: [{ role: "user", content: "hi" }], stream: true };

function hasPython(): boolean {
  try {
    execFileSync("python3", ["-c", "import pty"]);
    return true;
  } catch {
    return false;
  }
}

/** The ways in which people start the service on this runtime. */
const COMMANDS = onBun
  ? [
      { name: "bun run start", command: [process.execPath, "run", "start"] },
      { name: "bun src/start.mjs", command: [process.execPath, "src/start.mjs"] },
    ]
  : [
      { name: "npm start", command: ["npm", "start"] },
      { name: "node src/start.mjs", command: [process.execPath, "src/start.mjs"] },
    ];

/** The service in a terminal, with a stream under way. */
async function startInTerminal(command: string[]) {
  const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"] });
  ollama.inMemory.push("fake:latest");
  const chats = new HeldAnswers(ollama, "/api/chat");
  const home = await makeHome();
  const terminal = spawn("python3", [join("tests", "support", "terminal.py"), ...command], {
    cwd: projectRoot,
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      ...process.env,
      API_PORT: "0",
      SHARED_OLLAMA_HOME: home,
      OLLAMA_BASE_URL: ollama.url,
    },
  });
  let shown = "";
  terminal.stdout.setEncoding("utf8").on("data", (text: string) => (shown += text));
  const closed = new Promise<void>((resolve) => terminal.once("close", () => resolve()));
  terminal.stdin.on("error", () => {});
  onTestFinished(async () => {
    // The program is stopped with its terminal.
    terminal.stdin.end("hangup\n");
    await within(closed, "the end of the terminal", PATIENCE_MS);
  }, PATIENCE_MS);
  const shows = (words: string | RegExp): Promise<void> =>
    until(() => shown.search(words) >= 0, `the terminal shows ${words}`, PATIENCE_MS).catch(
      (cause: unknown) => {
        throw new Error(`it showed:\n${shown}`, { cause });
      },
    );
  await shows(/Listening on \S+ /);
  const url = /Listening on (\S+) /.exec(shown)?.[1] ?? "";
  const answer = fetch(`${url}/api/v1/chat`, { method: "POST", body: JSON.stringify(BODY) });
  await until(() => chats.all.length > 0, "the stream is under way", PATIENCE_MS);
  const held = await chats.next();
  held.piece("one");
  const events = new EventReader(await answer);
  expect(await events.next()).toMatchObject({ chunk: "one" });
  return {
    held,
    events,
    shows,
    press: (key: "interrupt" | "hangup") => void terminal.stdin.write(`${key}\n`),
    endsWith: (code: number) => shows(new RegExp(`ENDED ${code}\\n`)),
  };
}

describe.skipIf(!hasPython())("Ctrl-C in a terminal", () => {
  it.each(COMMANDS)(
    "lets a stream end, and ends with code 0: $name",
    async ({ command }) => {
      const { press, shows, held, events, endsWith } = await startInTerminal(command);
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

  it.each(COMMANDS)(
    "later than a second ends at once: $name",
    async ({ command }) => {
      const { press, shows, events } = await startInTerminal(command);
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

describe.skipIf(!hasPython())("a terminal that is closed", () => {
  it.each(COMMANDS)(
    "lets a stream end as well: $name",
    async ({ command }) => {
      const { press, held, events } = await startInTerminal(command);
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
