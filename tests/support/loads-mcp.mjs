// Tells whether the library of the protocol is loaded: by the whole service, and once a server was
// started. A program of its own, since what is loaded stays. Its arguments are the service's root of
// composition, what composes the servers, what reads their file, and a program that is a server.
import { createRequire } from "node:module";
import process from "node:process";

const [, , compose, composeMcp, readMcpFile, program] = process.argv;
const { cache } = createRequire(compose);
const isLoaded = () => {
  // Node does not list modules of the new kind; Bun has them in a registry of its own. What only that
  // library needs is one of the old kind.
  const files = [...Object.keys(cache), ...(globalThis.Loader?.registry.keys() ?? [])];
  return files.some((file) => /node_modules\/(@modelcontextprotocol|cross-spawn)\//.test(file));
};

await import(compose);
const mcp = await import(composeMcp);
const config = await import(readMcpFile);
const yaml = JSON.stringify({ servers: { own: { command: "node", args: [program] } } });
const quiet = { debug() {}, info() {}, warn() {} };
const { servers } = mcp.composeMcp(
  { settings: { mcpMaxServers: 1 }, logs: { service: quiet } },
  { file: config.readMcpFile({ yaml, env: {} }, []), path: undefined },
);
servers.report(undefined);
const before = isLoaded();
const signal = new AbortController().signal;
const box = await servers.open(["own"], { tenant: "a", run: "r" }, signal);
const { text } = await box.call({ server: "own", name: "pid" }, {}, signal);
process.stdout.write(`${JSON.stringify({ before, after: isLoaded(), pid: Number(text) })}\n`);
if (process.env.STAY) setInterval(() => {}, 1000);
else await servers.stop();
