import { lstat, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { ServiceError } from "../../errors/service-error.ts";
import { prepareData, type PreparedData } from "../../models/fine-tuning/prepare-data.ts";
import { CliError, WrongUse } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { jsonSchemaOf } from "../json-schema-of.ts";
import { EXIT } from "../exit-codes.ts";
import { fileProblem } from "../file-problem.ts";
import type { Output } from "../output/output.ts";
import { count } from "../output/units.ts";
import { decimal, wholeNumber } from "../whole-number.ts";

const Mistake = z.object({ line: z.int(), problem: z.string() });
const Prepared = z.union([
  z.object({
    ok: z.literal(true),
    files: z.array(z.string()),
    train: z.int(),
    validation: z.int(),
    duplicates: z.int(),
    empty_lines: z.int(),
  }),
  z.object({ ok: z.literal(false), mistakes: z.array(Mistake), mistake_count: z.int() }),
]);
const Refusal = z.object({ mistakes: z.array(Mistake), mistake_count: z.int() });

const LARGEST_SEED = 2 ** 31;

export const prepareDataCommand = defineCommand({
  about:
    "Each line is one example as JSON: messages as in a chat, instruction and output, prompt and " +
    "completion, or question and answer. All are brought into the form of chats, examples that " +
    "are there twice are left out, and the rest is shuffled. Wrong lines are named, and then " +
    "nothing is written (exit 1).",
  args: {
    input: {
      type: "string",
      alias: "i",
      required: true,
      valueHint: "FILE",
      description: "JSONL; - for the standard input",
    },
    output: {
      type: "string",
      alias: "o",
      required: true,
      valueHint: "PATH",
      description: "A folder for train.jsonl and validation.jsonl, or one file NAME.jsonl for all",
    },
    format: {
      type: "enum",
      options: ["jsonl"],
      default: "jsonl",
      description: "The form of the input",
    },
    validation: {
      type: "string",
      valueHint: "SHARE",
      default: "0.1",
      description: "What is held back from training, from 0 to below 1; of a folder",
    },
    seed: {
      type: "string",
      valueHint: "NUMBER",
      default: "0",
      description: "The same order for the same number",
    },
  },
  examples: [
    {
      line: String.raw`printf '{"prompt":"Hi","completion":"Ahoy"}\n{"prompt":"Bye","completion":"Fair winds"}\n' > examples.jsonl`,
      about: "Two examples, a line each",
    },
    {
      line: "shared-ollama prepare-data --input examples.jsonl --output prepared",
      about: "Check and split training data",
    },
  ],
  json: { schema: jsonSchemaOf(Prepared) },
  run: async (cli, { input, output, validation, seed }) => {
    const options = {
      source: input === "-" ? cli.input : input,
      seed: wholeNumber("seed", seed, { min: 0, max: LARGEST_SEED }),
      signal: cli.signal,
    };
    const share = decimal("validation", validation, { min: 0, max: 0.99 });
    if (input !== "-") await assertFile(input);
    try {
      const { done, files } = output.endsWith(".jsonl")
        ? await intoFile(output, options)
        : await intoFolder(output, { ...options, validationShare: share });
      const { emptyLines: empty_lines, ...figures } = done;
      cli.show({ ok: true, files, ...figures, empty_lines }, (_, out) =>
        showDone(done, files, out),
      );
    } catch (err) {
      const refusal = err instanceof ServiceError ? Refusal.safeParse(err.fields) : undefined;
      if (!refusal?.success) throw plainly(err, output);
      cli.show({ ok: false, ...refusal.data }, (found, out) => showMistakes(found, input, out));
      return EXIT.failed;
    }
    return EXIT.ok;
  },
});

/** @throws CliError for what is no file. */
async function assertFile(path: string): Promise<void> {
  const found = await stat(path).catch((err: unknown) => {
    throw fileProblem(err, `Cannot read ${path}`);
  });
  if (found.isDirectory()) throw new WrongUse(`${path} is a folder: name a file`);
}

type Options = Omit<Parameters<typeof prepareData>[0], "folder">;

interface Files {
  done: PreparedData;
  files: string[];
}

async function intoFolder(folder: string, options: Options): Promise<Files> {
  const wasThere = await stat(folder).then(
    () => true,
    () => false,
  );
  await mkdir(folder, { recursive: true });
  try {
    const done = await prepareData({ ...options, folder });
    const names = done.validation > 0 ? ["train.jsonl", "validation.jsonl"] : ["train.jsonl"];
    return { done, files: names.map((name) => join(folder, name)) };
  } catch (err) {
    if (!wasThere) await rm(folder, { recursive: true, force: true });
    throw err;
  }
}

/** All of them for training, in one file. */
async function intoFile(path: string, options: Options): Promise<Files> {
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  if (isThere) throw new CliError(`${path} is there already, and is not written over`);
  const folder = await mkdtemp(join(dirname(resolve(path)), ".prepare-"));
  try {
    const done = await prepareData({ ...options, folder, validationShare: 0 });
    await rename(join(folder, "train.jsonl"), path);
    return { done, files: [path] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function plainly(err: unknown, output: string): unknown {
  if (err instanceof ServiceError) return new WrongUse(err.message);
  const isOfFile = err instanceof Error && "code" in err && typeof err.code === "string";
  return isOfFile ? fileProblem(err, `Cannot write ${output}`) : err;
}

function showDone(done: PreparedData, files: string[], out: Output): void {
  const { train, validation, duplicates, emptyLines } = done;
  const examples = train === 1 ? "example" : "examples";
  out.line(`${count(train)} ${examples} for training, ${count(validation)} for validation.`);
  if (duplicates > 0) out.line(`Left out as said before: ${count(duplicates)}.`);
  if (emptyLines > 0) out.line(`Empty lines: ${count(emptyLines)}.`);
  out.line(`Written: ${files.join(", ")}`);
}

function showMistakes(found: z.infer<typeof Refusal>, input: string, out: Output): void {
  const { mistakes, mistake_count: all } = found;
  for (const { line, problem } of mistakes) {
    out.note(`${input === "-" ? "line " : `${input}:`}${line}: ${out.errorStyle.bad(problem)}`);
  }
  const more = all > mistakes.length ? `, of which the first ${mistakes.length} are shown` : "";
  out.note(`${count(all)} ${all === 1 ? "line is no example" : "lines are no examples"}${more}.`);
  out.note("Nothing was written. Mend them and call it again.");
}
