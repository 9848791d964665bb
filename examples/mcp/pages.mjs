// An MCP server over standard input and output, without a package: it searches and reads the Markdown
// files of one folder, and nothing else. config/mcp.yaml starts it with that folder (docs/agents.md).
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";

const folder = process.argv[2] ?? "docs";
const MOST_LINES = 20;

const pages = async () => (await readdir(folder)).filter((name) => name.endsWith(".md")).toSorted();

const tools = {
  search_pages: {
    description: "Lines of the pages that have all of these words, each with its page and number.",
    inputSchema: {
      type: "object",
      properties: { words: { type: "string", description: "One word, or a few" } },
      required: ["words"],
      additionalProperties: false,
    },
    run: async ({ words }) => {
      const wanted = String(words).toLowerCase().split(/\s+/).filter(Boolean);
      const found = [];
      for (const page of await pages()) {
        const lines = (await readFile(join(folder, page), "utf8")).split("\n");
        for (const [i, line] of lines.entries()) {
          if (wanted.every((word) => line.toLowerCase().includes(word))) {
            found.push(`${page}:${i + 1}: ${line.trim()}`);
          }
        }
      }
      const more = found.length - MOST_LINES;
      if (more > 0) found.splice(MOST_LINES, more, `and ${more} more lines`);
      return found.join("\n") || "No page has these words.";
    },
  },
  read_page: {
    description: "A whole page.",
    inputSchema: {
      type: "object",
      properties: { page: { type: "string", description: "As search_pages names it" } },
      required: ["page"],
      additionalProperties: false,
    },
    run: async ({ page }) => {
      // Only what the folder lists: a name cannot lead out of it.
      if (!(await pages()).includes(page)) throw new Error(`There is no page ${page}`);
      return readFile(join(folder, page), "utf8");
    },
  },
};

async function call({ name, arguments: args = {} }) {
  try {
    return { content: [{ type: "text", text: await tools[name].run(args) }] };
  } catch (err) {
    // The model reads it, and may try something else.
    return { isError: true, content: [{ type: "text", text: err.message }] };
  }
}

const methods = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "pages", version: "1.0.0" },
  }),
  ping: () => ({}),
  "tools/list": () => ({
    tools: Object.entries(tools).map(([name, { run: _run, ...tool }]) => ({ name, ...tool })),
  }),
  "tools/call": call,
};

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { id, method, params = {} } = JSON.parse(line);
  if (id === undefined) return;
  const answer = methods[method]
    ? { result: await methods[method](params) }
    : { error: { code: -32601, message: `There is no ${method}` } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...answer })}\n`);
});
