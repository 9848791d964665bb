// A small MCP server over standard input and output, by hand: it is ready in milliseconds. Its tools: `echo`
// answers at once, `wait` after `ms`, `exit` ends the program.
import { createInterface } from "node:readline";

const schema = { type: "object", properties: {} };
const tools = ["echo", "wait", "exit"].map((name) => ({ name, inputSchema: schema }));
const write = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const text = (said) => ({ content: [{ type: "text", text: said }] });

const calls = {
  echo: () => text("echo"),
  wait: ({ ms }) => new Promise((resolve) => setTimeout(() => resolve(text("waited")), ms)),
  exit: () => process.exit(3),
};

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "bench", version: "0" },
  }),
  "tools/list": () => ({ tools }),
  "tools/call": ({ name, arguments: args }) => calls[name](args),
  ping: () => ({}),
};

async function take(line) {
  const { id, method, params = {} } = JSON.parse(line);
  const answer = answers[method];
  if (id === undefined) return;
  if (answer) write({ id, result: await answer(params) });
  else write({ id, error: { code: -32601, message: "unknown" } });
}

createInterface({ input: process.stdin }).on("line", (line) => void take(line));
