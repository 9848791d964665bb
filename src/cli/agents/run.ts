import { answered, streamed } from "../api.ts";
import type { components } from "../api-types.d.ts";
import { isPiped, pipedText } from "../answers/piped-text.ts";
import type { Cli } from "../cli.ts";
import { CliError, WrongUse } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { cut, oneLine } from "../output/text.ts";
import { approvePending } from "./approvals.ts";
import { callInWords, runEvents, type RunFacts, type RunItem } from "./run-events.ts";

type Result = components["schemas"]["AgentRunResult"];

export const run = defineCommand({
  about:
    "The answer is shown as it comes, and calls of tools on the standard error. A call that waits for a person is asked about in a terminal; elsewhere the run waits, and the exit code is 1. What is piped in stands below the prompt. Ctrl-C ends the run.",
  args: {
    name: { type: "positional", description: "The agent", valueHint: "AGENT", required: true },
    prompt: {
      type: "positional",
      description: "What it is asked",
      valueHint: "PROMPT",
      required: false,
    },
  },
  examples: [
    { line: 'shared-ollama agents run poet "The sea"', about: "As it comes" },
    { line: 'shared-ollama agents run poet "The sea" --json', about: "The whole, with its steps" },
  ],
  json: { operation: "runAgent" },
  run: async (cli, { name, prompt = "" }) => {
    const piped = isPiped(cli.input) ? (await pipedText(cli.input)).trim() : "";
    const asked = [prompt, piped].filter((text) => text !== "").join("\n\n");
    if (asked === "") {
      throw new WrongUse(`Say what is asked: shared-ollama agents run ${name} "…"`);
    }
    return cli.flags.json ? runWhole(cli, name, asked) : runStreamed(cli, name, asked);
  },
});

async function runWhole(cli: Cli, name: string, prompt: string) {
  const found = await answered(
    cli.api.POST("/api/v1/agents/{name}/run", {
      params: { path: { name } },
      body: { prompt },
      signal: cli.signal,
    }),
  );
  cli.out.json(found);
  return (found as Result).status === "completed" ? EXIT.ok : EXIT.failed;
}

async function runStreamed(cli: Cli, name: string, prompt: string) {
  const { signal } = cli;
  const body = await streamed(
    cli.api.POST("/api/v1/agents/{name}/run", {
      params: { path: { name } },
      body: { prompt, stream: true },
      signal,
    }),
  );
  let facts = await showRun(cli, body);
  while (facts.status === "waiting_for_approval" && cli.out.isTerminal && cli.input.isTTY) {
    // Its next part is told from here on, so that none of it is missed.
    const after = facts.last;
    await approvePending(cli, facts.run_id);
    const params = { path: { id: facts.run_id }, query: { after } };
    facts = await showRun(
      cli,
      await streamed(cli.api.GET("/api/v1/agents/runs/{id}/events", { params, signal })),
    );
  }
  return ended(facts);
}

type Shown = RunFacts & { last: number };

/** Shows one response of a run. @returns how far the run is. */
async function showRun({ out }: Cli, body: AsyncIterable<Uint8Array>): Promise<Shown> {
  let hasText = false;
  let last = -1;
  for await (const event of runEvents(body)) {
    const { type, delta, item, response } = event;
    last = (event as { sequence_number?: number }).sequence_number ?? last;
    if (type === "response.output_text.delta" && delta !== undefined) {
      out.write(delta);
      hasText = true;
    }
    if (type === "response.output_item.done" && item) {
      if (hasText) out.line();
      hasText = false;
      tell(item, out);
    }
    const facts = response?.shared_ollama;
    if (facts && isEnd(type)) {
      if (hasText) out.line();
      return { ...facts, last };
    }
  }
  throw new CliError(
    "The service ended the run's stream before the run had ended. See: shared-ollama agents runs",
  );
}

function isEnd(type: string): boolean {
  return ["response.completed", "response.incomplete", "response.failed"].includes(type);
}

function tell(item: RunItem, out: Cli["out"]): void {
  const { errorStyle: style } = out;
  const shown = cut(oneLine(callInWords(item)), Math.min(out.columns, 120) - 12);
  if (item.type === "mcp_call") {
    out.note(item.error ? style.bad(`failed    ${shown}`) : style.dim(`called    ${shown}`));
  }
  if (item.type === "mcp_approval_request") out.note(style.warn(`waits     ${shown}`));
  if (item.type === "function_call") out.note(style.warn(`to be run ${shown}`));
}

function ended({ run_id: id, status, reason }: RunFacts) {
  if (status === "completed") return EXIT.ok;
  if (status === "waiting_for_approval") {
    throw new CliError(`It waits for a person: shared-ollama agents approve ${id}`);
  }
  throw new CliError(`The run is ${status}${reason ? `: ${oneLine(reason.message)}` : ""}`);
}
