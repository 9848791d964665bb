// An MCP server over standard input and output that misbehaves when it is asked to. It speaks the protocol
// by hand, since a library would not let it. Its arguments say how it starts; its tools say the rest.
import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";

const modes = new Set(process.argv.slice(2));
const write = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const text = (...texts) => ({ content: texts.map((one) => ({ type: "text", text: String(one) })) });

/** Questions that it has asked its client. */
const asked = new Map();
const ask = (method, params = {}) =>
  new Promise((resolve) => {
    const id = `own-${asked.size}`;
    asked.set(id, resolve);
    write({ id, method, params });
  });

/** Stands still, deaf to everything but SIGKILL (and SIGTERM, unless that is ignored). */
const standStill = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);

const startedAt = Date.now();
let isChanged = false;

const calls = {
  say: ({ text: said = "" }) => text(said),
  pid: () => text(process.pid),
  env: () => text(JSON.stringify(process.env)),
  age: () => text(Date.now() - startedAt),
  /** Lines that are no messages, before and after its answer. */
  garbage: () => {
    process.stdout.write(
      '\nhello!\n{"jsonrpc":\n[1,2]\n\u0000\n{"jsonrpc":"2.0","id":"?","result":{}}\n',
    );
    return text("still here");
  },
  /** A line without end. */
  flood: () => {
    const piece = "x".repeat(1_048_576);
    const more = () => process.stdout.write(piece, more);
    more();
    return undefined;
  },
  /** Messages without end. */
  chatter: () => {
    const note = {
      jsonrpc: "2.0",
      method: "notifications/message",
      params: { level: "info", data: "x" },
    };
    const piece = `${JSON.stringify(note)}\n`.repeat(1000);
    const more = () => process.stdout.write(piece, more);
    more();
    return undefined;
  },
  deep: () => {
    process.stdout.write(
      `{"jsonrpc":"2.0","id":1,"result":${"[".repeat(2000)}${"]".repeat(2000)}}\n`,
    );
    return undefined;
  },
  complaints: ({ lines = 1 }) => {
    for (let i = 0; i < lines; i += 1) process.stderr.write(`complaint ${i}\n`);
    return text("said");
  },
  /** Error output without end. */
  grumble: () => {
    const piece = "no ".repeat(20_000);
    const more = () => process.stderr.write(`${piece}\n`, more);
    more();
    return undefined;
  },
  /** Stands still in a call. */
  hang: () => standStill(),
  /** Does not answer, and is there. */
  never: () => undefined,
  slow: ({ ms = 50 }) => new Promise((resolve) => setTimeout(() => resolve(text("done")), ms)),
  exit: ({ code = 3 }) => process.exit(code),
  /** Answers, and ends. */
  last: () => {
    setImmediate(() => process.exit(0));
    return text("goodbye");
  },
  big: ({ bytes = 100_000, letter = "x" }) => text(letter.repeat(bytes)),
  picture: () => ({
    content: [
      { type: "text", text: "see" },
      { type: "image", data: Buffer.alloc(300).toString("base64"), mimeType: "image/png" },
      { type: "audio", data: Buffer.alloc(31).toString("base64"), mimeType: "audio/wav" },
    ],
  }),
  /** A program that outlives it, unless somebody ends both. */
  spawn: () => {
    const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
    const child = spawn(process.execPath, ["-e", script], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    return text(child.pid);
  },
  /** From now on it has another tool. */
  change: () => {
    isChanged = true;
    write({ method: "notifications/tools/list_changed" });
    return text("changed");
  },
  /** What it is told when it asks for something. */
  asks: async ({ method }) => text(JSON.stringify(await ask(method))),
  fails: () => ({ ...text("it did not work"), isError: true }),
  refuses: () => {
    throw Object.assign(new Error("no such thing"), { code: -32_001 });
  },
};

function tools(cursor) {
  const schema = { type: "object", properties: {} };
  const named = (names) =>
    names.map((name) => ({ name, description: `It is ${name}.`, inputSchema: schema }));
  if (modes.has("many")) {
    const from = Number(cursor ?? 0);
    const page = named(Array.from({ length: 100 }, (_, i) => `tool-${from + i}`));
    return { tools: page, ...(from < 900 ? { nextCursor: String(from + 100) } : {}) };
  }
  if (modes.has("endless"))
    return { tools: named(["one"]), nextCursor: String(Number(cursor ?? 0) + 1) };
  return { tools: named([...Object.keys(calls), ...(isChanged ? ["new"] : [])]) };
}

async function answer({ method, params = {} }) {
  if (method === "initialize") {
    return {
      protocolVersion: params.protocolVersion,
      capabilities: modes.has("no-tools") ? {} : { tools: { listChanged: true } },
      serverInfo: { name: "misbehaving", version: "1" },
    };
  }
  if (method === "tools/list") {
    if (modes.has("late-exit")) setTimeout(() => process.exit(9), 50);
    return tools(params.cursor);
  }
  if (method === "tools/call") return await calls[params.name]?.(params.arguments ?? {});
  if (method === "ping") return {};
  throw Object.assign(new Error("not known"), { code: -32_601 });
}

if (modes.has("ignore-term")) process.on("SIGTERM", () => {});
if (modes.has("exit-at-start")) process.exit(7);
process.stderr.write("a server is here\n");

const input = createInterface({ input: process.stdin });
async function receive(line) {
  const message = JSON.parse(line);
  if (message.method === undefined) asked.get(message.id)?.(message.error ?? message.result);
  if (message.method === undefined || message.id === undefined || modes.has("silent")) return;
  try {
    const result = await answer(message);
    if (result !== undefined) write({ id: message.id, result });
  } catch (err) {
    write({ id: message.id, error: { code: err.code ?? -32_603, message: err.message } });
  }
}
input.on("line", (line) => void receive(line));
// As every server should; a library does it as well.
if (!modes.has("deaf")) input.on("close", () => process.exit(0));
else setInterval(() => {}, 1000);
