import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { answered } from "../api.ts";
import { streamedAnswer } from "../answers/streamed-answer.ts";
import type { Cli } from "../cli.ts";
import { WrongUse } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { jsonSchemaOf } from "../json-schema-of.ts";
import { Chat, type LineSource } from "./chat.ts";
import { ChatHistory } from "./chat-history.ts";
import { ChatLines } from "./chat-lines.ts";
import { Conversation } from "./conversation.ts";
import { pipedLines } from "./piped-lines.ts";

const Answer = z.object({ model: z.string(), text: z.string(), truncated: z.boolean() });

export const chatCommand = defineCommand({
  about:
    "Arrow keys bring back what was typed, in earlier chats too; it is kept in a file that only " +
    "you may read. /help shows what there is beside messages. Lines of a pipe are messages; with " +
    "--json the answers are lines of JSON then.",
  args: {
    word: {
      type: "positional",
      valueHint: "MODEL",
      required: false,
      description: "The same as --model",
    },
    model: {
      type: "string",
      alias: "m",
      valueHint: "MODEL",
      description: "Else the service's own",
    },
    system: { type: "string", alias: "s", valueHint: "TEXT", description: "A system prompt" },
    history: {
      type: "boolean",
      default: true,
      description: "Keep what is typed",
      negativeDescription: "Keep nothing of what is typed",
    },
  },
  examples: [
    { line: "shared-ollama chat smollm2:135m", about: "Talk to a model; /bye ends it" },
    { line: 'printf "Hello\\nAnd you?\\n" | shared-ollama chat', about: "Two messages of a pipe" },
  ],
  json: { schema: jsonSchemaOf(Answer), lines: true },
  run: async (cli, { word, model = word, system, history }) => {
    if (word !== undefined && word !== model) {
      throw new WrongUse(`${word} and ${model} are two models: name one`);
    }
    const isAtTerminal = cli.input.isTTY && cli.out.isTerminal;
    if (isAtTerminal && cli.flags.json) {
      throw new WrongUse(
        "chat has --json where lines are piped in; or use shared-ollama ask --json",
      );
    }
    const listModels = async (): Promise<string[]> => {
      const { models } = await answered(cli.api.GET("/api/v1/models"));
      return models.map(({ name }) => name);
    };
    // What does not run, or is not there, is told before anything is typed.
    if (model === undefined) await listModels();
    else {
      const path = { name: model };
      await answered(cli.api.GET("/api/v1/models/{name}", { params: { path } }));
    }
    const conversation = new Conversation({ model, system });
    const talk = (lines: LineSource, isTerminal: boolean): Promise<void> =>
      new Chat({
        lines,
        out: cli.out,
        conversation,
        ask: (question, signal) => streamedAnswer(cli, question, signal),
        listModels,
        home: cli.env["HOME"],
        isTerminal,
        onAnswer: cli.flags.json ? (answer) => cli.out.jsonLine(answer) : undefined,
      }).run();
    if (isAtTerminal) {
      await talkAtTerminal(cli, history ? historyFile(cli.env) : undefined, talk);
    } else {
      await talk(pipedLines(cli.input), false);
    }
  },
});

async function talkAtTerminal(
  cli: Cli,
  file: string | undefined,
  talk: (lines: LineSource, isTerminal: boolean) => Promise<void>,
): Promise<void> {
  const { out } = cli;
  const history = file === undefined ? undefined : new ChatHistory({ path: file });
  const earlier =
    (await history?.read().catch((err: unknown) => {
      out.note(out.errorStyle.warn(`Cannot read ${file ?? ""}: ${messageOf(err)}`));
      return [];
    })) ?? [];
  const lines = new ChatLines({ input: cli.input, output: out.stdout, history: earlier });
  out.note(out.errorStyle.dim("/help shows what there is, /bye ends the chat."));
  try {
    await talk(
      {
        next: async (prompt) => {
          const typed = await lines.next(prompt);
          if (typed.kind === "line") history?.add(typed.line);
          return typed;
        },
        get onInterrupt() {
          return lines.onInterrupt;
        },
        set onInterrupt(onInterrupt) {
          lines.onInterrupt = onInterrupt;
        },
      },
      true,
    );
  } finally {
    lines.close();
    await history?.save().catch((err: unknown) => {
      out.note(out.errorStyle.warn(`Cannot write ${file ?? ""}: ${messageOf(err)}`));
    });
  }
}

/** Where other programs keep such a thing. */
function historyFile(env: Record<string, string | undefined>): string {
  const named = env["XDG_STATE_HOME"] ?? "";
  const folder = named.startsWith("/") ? named : join(env["HOME"] ?? homedir(), ".local", "state");
  return join(folder, "shared-ollama", "chat-history");
}

function messageOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}
