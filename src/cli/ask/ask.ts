import { z } from "zod";
import { answered } from "../api.ts";
import type { AnswerEnd } from "../answers/answer-parts.ts";
import { imageDataUrl } from "../answers/image-file.ts";
import { isPiped, pipedText } from "../answers/piped-text.ts";
import { streamedAnswer, type Question } from "../answers/streamed-answer.ts";
import { WaitLine } from "../answers/wait-line.ts";
import { userMessage } from "../chat/conversation.ts";
import type { Cli } from "../cli.ts";
import { CliError, WrongUse } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { jsonSchemaOf } from "../json-schema-of.ts";
import { decimal, wholeNumber } from "../whole-number.ts";
import { answerFormat } from "./answer-format.ts";

const Asked = z.object({
  text: z.string(),
  model: z.string(),
  request_id: z.string(),
  latency_ms: z.number(),
  prompt_eval_count: z.int().nullable(),
  generation_eval_count: z.int().nullable(),
  truncated: z.boolean(),
});

export const askCommand = defineCommand({
  about:
    "What is piped in stands below the prompt, or is the prompt. The answer is shown as it comes; " +
    "with --json it is written when it is whole. Ctrl-C stops it.",
  args: {
    prompt: { type: "positional", required: false, description: "The question; more words follow" },
    model: {
      type: "string",
      alias: "m",
      valueHint: "MODEL",
      description: "Else the service's own",
    },
    system: { type: "string", alias: "s", valueHint: "TEXT", description: "A system prompt" },
    image: {
      type: "string",
      alias: "i",
      valueHint: "FILE",
      description: "An image to ask about; several with commas between",
    },
    format: {
      type: "string",
      valueHint: "json|FILE",
      description: "The answer is JSON, or JSON that fits the schema in a file",
    },
    temperature: { type: "string", valueHint: "NUMBER", description: "0 to 2" },
    "max-tokens": {
      type: "string",
      valueHint: "COUNT",
      description: "The answer's length at most",
    },
  },
  rest: "WORDS…",
  examples: [
    { line: 'shared-ollama ask "Why is the sky blue?"', about: "One question" },
    { line: 'ls | shared-ollama ask "What are these files?"', about: "About a text" },
    {
      line: 'shared-ollama ask "Name a colour" --model smollm2:135m --format json',
      about: "An answer as JSON",
    },
  ],
  json: { schema: jsonSchemaOf(Asked) },
  run: async (cli, args, rest) => {
    const question = await questionFrom(cli, args, rest);
    if (cli.flags.json) await askWhole(cli, question);
    else await askStreamed(cli, question);
  },
});

interface AskArgs {
  prompt?: string | undefined;
  model?: string | undefined;
  system?: string | undefined;
  image?: string | undefined;
  format?: string | undefined;
  temperature?: string | undefined;
  "max-tokens"?: string | undefined;
}

async function questionFrom(cli: Cli, args: AskArgs, rest: string[]): Promise<Question> {
  const odd = rest.find((word) => /^--?[a-z]/i.test(word));
  if (odd !== undefined) {
    throw new WrongUse(`There is no option ${odd}. Put the question in quotes, or after --`);
  }
  const typed = [args.prompt ?? "", ...rest].filter((word) => word !== "").join(" ");
  const piped = isPiped(cli.input) ? (await pipedText(cli.input)).trim() : "";
  const prompt = [typed, piped].filter((text) => text !== "").join("\n\n");
  if (prompt === "") {
    throw new WrongUse('Say what is asked: shared-ollama ask "Why is the sky blue?"');
  }
  const { temperature, "max-tokens": maxTokens } = args;
  const common = {
    ...(args.model === undefined ? {} : { model: args.model }),
    ...(args.format === undefined ? {} : { format: await answerFormat(args.format) }),
    ...(temperature === undefined
      ? {}
      : { temperature: decimal("temperature", temperature, { min: 0, max: 2 }) }),
    ...(maxTokens === undefined
      ? {}
      : { max_tokens: wholeNumber("max-tokens", maxTokens, { min: 1, max: 1_000_000 }) }),
  };
  if (args.image === undefined) {
    const system = args.system === undefined ? {} : { system: args.system };
    return { path: "/api/v1/generate", body: { ...common, ...system, prompt } };
  }
  const images = await Promise.all(
    args.image
      .split(",")
      .filter((path) => path !== "")
      .map(imageDataUrl),
  );
  const system = args.system === undefined ? [] : [{ role: "system", content: args.system }];
  const messages = [...system, userMessage(prompt, images)];
  return { path: "/api/v1/vlm", body: { ...common, messages } };
}

const Answer = z.object({
  text: z.string().optional(),
  message: z.object({ content: z.string().nullable() }).optional(),
  model: z.string(),
  request_id: z.string(),
  latency_ms: z.number(),
  prompt_eval_count: z.int().nullable(),
  generation_eval_count: z.int().nullable(),
  truncated: z.unknown().optional(),
});

async function askWhole(cli: Cli, { path, body }: Question): Promise<void> {
  // The routes differ in their fields; the service checks them.
  const call = cli.api.POST(path, {
    body: { ...body, stream: false } as never,
    signal: cli.signal,
  });
  const { text, message, truncated, ...figures } = Answer.parse(await answered(call));
  const whole: z.infer<typeof Asked> = {
    text: text ?? message?.content ?? "",
    ...figures,
    truncated: truncated !== undefined,
  };
  cli.out.json(whole);
}

async function askStreamed(cli: Cli, question: Question): Promise<void> {
  const { out, signal } = cli;
  const wait = new WaitLine(out);
  let last = "\n";
  try {
    for await (const part of streamedAnswer(cli, question, signal)) {
      wait.clear();
      if (part.kind === "waiting") wait.show(part.status);
      if (part.kind === "text") {
        out.write(part.text);
        last = part.text.at(-1) ?? last;
      }
      if (part.kind === "failed") throw new CliError(part.message);
      if (part.kind === "end") noteEnd(part.end, cli);
    }
  } finally {
    wait.clear();
    if (last !== "\n") out.line();
  }
}

function noteEnd({ truncated }: AnswerEnd, { out }: Cli): void {
  if (truncated) {
    out.note(out.errorStyle.warn("\nThe prompt did not fit: a part of it was not read."));
  }
}
