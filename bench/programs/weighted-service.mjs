// The service with the weights of BENCH_WEIGHTS and the MCP servers of BENCH_MCP (both JSON) in place of
// those of config/tenants.yaml and config/mcp.yaml.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const load = (path) => import(join(root, process.versions.bun ? `${path}.ts` : `dist/${path}.js`));

const { loadConfig } = await load("config/load");
const { compose } = await load("src/compose");
const { openTerminal } = await load("src/compose/terminal");
const modelsYaml = await readFile(join(root, "config/models.yaml"), "utf8");
const tenantsYaml = JSON.stringify({ weights: JSON.parse(process.env.BENCH_WEIGHTS ?? "{}") });
const mcpYaml = JSON.stringify({ servers: JSON.parse(process.env.BENCH_MCP ?? "{}") });
const config = loadConfig({ env: process.env, modelsYaml, tenantsYaml, mcpYaml });
const terminal = openTerminal();
const service = await compose({ ...config, env: process.env, terminal });
process.once("SIGTERM", () => void service.lifecycle.stop().then(() => process.exit(0)));
await service.lifecycle.start();
terminal.say(`Listening on http://127.0.0.1:${service.port()}`);
