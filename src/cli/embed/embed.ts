import { createInterface } from "node:readline";
import { z } from "zod";
import { answered } from "../api.ts";
import { isPiped } from "../answers/piped-text.ts";
import type { Cli } from "../cli.ts";
import { CliError, WrongUse } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { jsonSchemaOf } from "../json-schema-of.ts";
import { cut, oneLine } from "../output/text.ts";
import { wholeNumber } from "../whole-number.ts";
import { onceTaken } from "./once-taken.ts";
import { textBatches, type NumberedText } from "./text-batches.ts";

const Vector = z.object({
  line: z.int(),
  text: z.string(),
  model: z.string(),
  dimensions: z.int(),
  embedding: z.array(z.number()),
});

/** Numbers of a vector that people see. */
const SHOWN_NUMBERS = 4;

export const embedCommand = defineCommand({
  about:
    "Of one text, or of each line that is piped in; empty lines are left out. With --json each " +
    "vector is a line of JSON. Where the service takes no more for now, it waits and goes on.",
  args: {
    text: { type: "positional", required: false, description: "The text" },
    model: {
      type: "string",
      alias: "m",
      valueHint: "MODEL",
      description: "Else the profile's model for vectors",
    },
    dimensions: { type: "string", valueHint: "COUNT", description: "Shorter vectors" },
  },
  examples: [
    {
      line: 'shared-ollama embed "What is light?"',
      about: "The vector's length and first numbers",
    },
    {
      line: 'printf "light\\nsound\\n" | shared-ollama embed --json > vectors.jsonl',
      about: "A vector for each line, for programs",
    },
  ],
  json: { schema: jsonSchemaOf(Vector), lines: true },
  run: async (cli, { text, model, dimensions }) => {
    const options = {
      ...(model === undefined ? {} : { model }),
      ...(dimensions === undefined
        ? {}
        : { dimensions: wholeNumber("dimensions", dimensions, { min: 1, max: 100_000 }) }),
    };
    let count = 0;
    for await (const batch of textBatches(textsOf(cli, text))) {
      count += batch.length;
      await embed(cli, batch, options);
    }
    if (count === 0) throw new WrongUse("There is no text: every line is empty");
  },
});

function textsOf(cli: Cli, text: string | undefined): AsyncIterable<string> | string[] {
  if (text !== undefined) return [text];
  if (isPiped(cli.input)) return createInterface({ input: cli.input });
  throw new WrongUse('Say of what: shared-ollama embed "What is light?", or pipe lines in');
}

async function embed(
  cli: Cli,
  batch: NumberedText[],
  options: { model?: string; dimensions?: number },
): Promise<void> {
  const { out, flags } = cli;
  const body = { prompts: batch.map(({ text }) => text), ...options };
  const { api, signal } = cli;
  const answer = await onceTaken(cli, () =>
    answered(api.POST("/api/v1/embeddings", { body, signal })),
  );
  if (!("embeddings" in answer)) throw new CliError("The service sent no vectors");
  for (const [at, { line, text }] of batch.entries()) {
    const embedding = answer.embeddings[at] ?? [];
    const dimensions = embedding.length;
    if (flags.json) {
      out.jsonLine({ line, text, model: answer.model, dimensions, embedding });
      continue;
    }
    const first = embedding.slice(0, SHOWN_NUMBERS).map((number) => number.toFixed(3).padStart(6));
    const head = `${dimensions} numbers  ${first.join(" ")} …  `;
    out.line(head + cut(oneLine(text), Math.max(10, Math.min(out.columns, 100) - head.length)));
  }
  if (answer.truncated !== undefined) {
    out.note(out.errorStyle.warn("Texts that were too long for the model lost their ends."));
  }
}
