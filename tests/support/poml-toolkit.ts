import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { INTERPRETER } from "./python-tests.ts";

const FOLDER = fileURLToPath(new URL("../fixtures/poml/", import.meta.url));

/** Renders each file it is given with POML's own toolkit, and writes the bodies as one object. */
const PROGRAM = `
import json, pathlib, sys
from poml import poml
files = [pathlib.Path(name) for name in sys.argv[2:]]
context = json.loads(sys.argv[1])
print(json.dumps({f.stem: poml(f, context=context, format="openai_chat") for f in files}))
`;

/** Starting the toolkit takes a second a file, and longer on a busy machine. */
const DEADLINE_MS = 110_000;

/** A body as POML's toolkit renders it. */
export interface RenderedBody extends Record<string, unknown> {
  messages: { role: string; content?: unknown }[];
}

/** The bodies of the project's POML files, by the files' names without their ends. */
export async function renderFixtures(
  context: Record<string, unknown>,
): Promise<Record<string, RenderedBody>> {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".poml"));
  const args = ["-c", PROGRAM, JSON.stringify(context), ...files.map((name) => FOLDER + name)];
  const child = spawn(INTERPRETER, args, {
    // Nothing of this machine's. The toolkit writes its caches there.
    env: { PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: DEADLINE_MS,
    killSignal: "SIGKILL",
  });
  const ended = once(child, "close");
  const [rendered, complaints] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  if (child.exitCode !== 0) throw new Error(`POML's toolkit failed:\n${complaints}`);
  return JSON.parse(rendered) as Record<string, RenderedBody>;
}
