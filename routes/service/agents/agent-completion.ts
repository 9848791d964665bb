import type { z } from "@hono/zod-openapi";
import type { AppContext } from "../../../middleware/env.ts";
import type { Agent } from "../../../src/agents/agent.ts";
import { isAbort } from "../../../src/errors/abort-reasons.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { withEarlyEnd } from "../../../src/http/early-end.ts";
import { chatCompletion, chatCompletionFrames } from "../../../src/dialects/openai-frames.ts";
import { answerJson } from "../../answer-json.ts";
import { streamAnswer, streamHead } from "../../stream-answer.ts";
import { type ChatCompletionRequest, hasImages } from "../forms/openai-chat.ts";
import { beginRun, endWithClient, type RunServices } from "./begin-run.ts";
import { newHead } from "./run-agent.ts";
import { runLines, wholeRun } from "./run-answer.ts";

/**
 * Has an agent answer a chat completion: what its model says, and calls of the client's functions. A
 * call that needs a person's yes is waited for.
 * @throws ServiceError as `beginRun`; what has ended the run; ClientLeft.
 */
export async function agentCompletion(
  c: AppContext,
  services: RunServices,
  agent: Agent,
  input: z.infer<typeof ChatCompletionRequest>,
): Promise<Response> {
  const record = c.get("record");
  if (hasImages(input)) throw noImages("messages");
  const { options: _options, keep_alive: _keepAlive, think: _think, ...known } = input;
  const effort = input.reasoning?.effort ?? input.reasoning_effort;
  const run = await beginRun(c, services, {
    agent,
    messages: input.messages.map(({ content, refusal, ...message }) => ({
      ...message,
      content: content?.text || refusal,
    })),
    tools: input.tools,
    tool_choice: input.tool_choice,
    options: { ...generationOf(known), reasoning_effort: effort },
    format: input,
    head: newHead(),
    isDetached: false,
  });
  endWithClient(c, run);
  const { deadlines } = services.agents;
  const reader = run.log.read({ from: 0, until: "run", deadlines });
  record.onEnd(() => reader.end());
  if (!input.stream) return answerJson(c, chatCompletion(record, await wholeRun(run, reader)));
  record.streamed = true;
  const { writer } = run;
  const frames = chatCompletionFrames(runLines(run, reader), record, {
    onError: (err) => {
      // A client that has left is no failure.
      if (isAbort(err)) return;
      record.failed(err);
      services.onStreamError(err, record.id);
    },
  });
  const pieces = withEarlyEnd(frames, () => {
    reader.end();
    run.leave(writer);
  });
  return streamAnswer(c, streamHead("text/event-stream"), pieces);
}

/** Agents are told texts only. */
export function noImages(param: string): ServiceError {
  const message = `${param}: agents take text only, no images`;
  return new ServiceError("invalid_request", message, { param });
}

/** The fields of a request that say how to generate. */
export function generationOf<T extends object>(input: T): Pick<T, keyof T & GenerationName> {
  const given = Object.entries(input).filter(([name]) => NAMES.has(name));
  return Object.fromEntries(given) as Pick<T, keyof T & GenerationName>;
}

const GENERATION_NAMES = [
  "temperature",
  "top_p",
  "top_k",
  "min_p",
  "max_tokens",
  "max_completion_tokens",
  "seed",
  "stop",
  "repeat_penalty",
  "frequency_penalty",
  "presence_penalty",
  "truncate",
  "n",
] as const;

type GenerationName = (typeof GENERATION_NAMES)[number];

const NAMES: ReadonlySet<string> = new Set(GENERATION_NAMES);
