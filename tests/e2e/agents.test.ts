import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyProject } from "../support/project-copy.ts";
import { startRealService, type RealService } from "../support/real-service.ts";
import { SAID, scriptedModel } from "../support/scripted-model.ts";
import { jsonOf } from "../support/service.ts";
import { storeModel } from "../support/stored-model.ts";
import { PAGES_TEMPLATE } from "../support/tool-template.ts";

const MCP_YAML = `servers:
  pages:
    command: node
    args: [examples/mcp/pages.mjs, docs]
    scope: shared
`;
const SENTENCE = SAID.join("");

describe("an agent on the engine, with a program that offers tools", () => {
  let service: RealService;
  let store: string;
  let project: Awaited<ReturnType<typeof copyProject>>;

  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), "shared-ollama-store-"));
    await storeModel(store, { name: "scripted", weights: scriptedModel(PAGES_TEMPLATE) });
    project = await copyProject(MCP_YAML);
    const settings = { OLLAMA_MODELS: store, AUTO_PULL: "false", AGENT_TRACE: "full" };
    service = await startRealService(settings, { root: project.root });
    const definition = { name: "librarian", role: "Search.", model: "scripted", mcp: ["pages"] };
    const made = await post("/agents/create", definition);
    expect(await jsonOf(made)).toMatchObject({ status: "success" });
  });
  afterAll(async () => {
    await service?.stop();
    await project?.remove();
    await rm(store, { recursive: true, force: true });
  });

  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${service.url}/api/v1${path}`, { method: "POST", body: JSON.stringify(body) });
  const get = async (path: string): Promise<Record<string, unknown>> =>
    jsonOf(await fetch(`${service.url}/api/v1${path}`));

  it("can be validated", async () => {
    const answer = await jsonOf(await post("/agents/librarian/validate", {}));
    expect(answer).toMatchObject({ agent: "librarian", ok: true });
  });

  it("calls the tool, reads what it has found, and answers", async () => {
    const body = await jsonOf(await post("/agents/librarian/run", { prompt: "How long?" }));
    expect(body).toMatchObject({ status: "completed", response: SENTENCE });
    const kept = await get(`/agents/runs/${String(body["run_id"])}`);
    const [first, call, last] = kept["steps"] as Record<string, unknown>[];
    expect(call).toMatchObject({ server: "pages", tool: "search_pages", outcome: "completed" });
    expect(JSON.parse(String(call?.["arguments"] ?? call?.["args"]))).toEqual({ words: "queue" });
    expect(String(call?.["text"] ?? call?.["output"])).toMatch(/^\S+\.md:\d+: .*queue/im);
    // The second turn has read what the tool has found.
    expect(Number(last?.["input_tokens"])).toBeGreaterThan(Number(first?.["input_tokens"]));
  });

  it("is a model to the openai package, streamed", async () => {
    const openai = new OpenAI({ baseURL: `${service.url}/api/v1`, apiKey: "none", maxRetries: 0 });
    const stream = openai.responses.stream({ model: "agent:librarian", input: "How long?" });
    const { output, output_text: text } = await stream.finalResponse();
    expect(output.map(({ type }) => type)).toEqual(["mcp_list_tools", "mcp_call", "message"]);
    expect(text).toBe(SENTENCE);
  });
});
