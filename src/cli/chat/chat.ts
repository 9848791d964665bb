import type { AnswerPart } from "../answers/answer-parts.ts";
import { imageDataUrl } from "../answers/image-file.ts";
import { WaitLine } from "../answers/wait-line.ts";
import { CliError } from "../cli-error.ts";
import { isSameModel } from "../models/same-model.ts";
import type { Output } from "../output/output.ts";
import { chatHelp } from "./chat-commands.ts";
import { ChatInputReader } from "./chat-input.ts";
import type { TypedLine } from "./chat-lines.ts";
import { userMessage, type ChatQuestion, type Conversation } from "./conversation.ts";
import { imagePaths } from "./image-paths.ts";

/** Where lines come from: a terminal, or a pipe. */
export interface LineSource {
  next: (prompt: string) => Promise<TypedLine>;
  /** Gets Ctrl-C while an answer is shown. */
  onInterrupt: (() => void) | undefined;
}

/** An answer in a conversation. */
export interface ChatAnswer {
  model: string;
  text: string;
  /** The model has not read the beginning of the conversation. */
  truncated: boolean;
}

interface ChatOptions {
  lines: LineSource;
  out: Output;
  conversation: Conversation;
  ask: (question: ChatQuestion, signal: AbortSignal) => AsyncIterable<AnswerPart>;
  /** The names of the models that are there. */
  listModels: () => Promise<string[]>;
  /** For `~/` in paths. */
  home: string | undefined;
  /** Somebody sits at it: what goes wrong ends no chat. */
  isTerminal: boolean;
  /** Gets each answer when it is whole; then none is shown as it comes. */
  onAnswer: ((answer: ChatAnswer) => void) | undefined;
}

const PROMPT = ">>> ";
const MORE_PROMPT = "... ";

/** Images that one message may show. */
const MOST_IMAGES = 20;

/** A conversation at a terminal, or with the lines of a pipe. */
export class Chat {
  readonly #options: ChatOptions;
  readonly #reader = new ChatInputReader();
  /** Data URLs for the next message. */
  #images: string[] = [];

  constructor(options: ChatOptions) {
    this.#options = options;
  }

  /** Settles when somebody leaves. @throws CliError for what goes wrong where nobody sits. */
  async run(): Promise<void> {
    while (await this.#step()) {
      // The next line.
    }
  }

  /** @returns whether the chat goes on. */
  async #step(): Promise<boolean> {
    const { lines, isTerminal, out } = this.#options;
    const wasOpen = this.#reader.isOpen;
    const typed = await lines.next(wasOpen ? MORE_PROMPT : PROMPT);
    if (typed.kind === "end") return false;
    if (typed.kind !== "line") {
      this.#reader.drop();
      return typed.kind === "cleared" || wasOpen;
    }
    try {
      return await this.#take(typed.line, typed.isPasted);
    } catch (err) {
      if (!isTerminal || !(err instanceof Error) || isBug(err)) throw err;
      out.note(out.errorStyle.bad(err.message));
      return true;
    }
  }

  async #take(line: string, isPasted: boolean): Promise<boolean> {
    const input = this.#reader.add(line, { isPasted });
    switch (input.kind) {
      case "more":
      case "nothing":
        return true;
      case "message":
        await this.#message(input.text);
        return true;
      case "command":
        return this.#command(input.name, input.rest);
    }
  }

  async #command(name: string, rest: string): Promise<boolean> {
    const { conversation, out } = this.#options;
    switch (name) {
      case "bye":
      case "exit":
      case "quit":
        return false;
      case "?":
      case "help":
        for (const line of chatHelp()) this.#say(line);
        return true;
      case "clear":
        conversation.clear();
        this.#images = [];
        out.note("A new conversation.");
        return true;
      case "system":
        conversation.system = rest === "" ? undefined : rest;
        out.note(rest === "" ? "No system prompt." : "The system prompt holds from now on.");
        return true;
      case "model":
        await this.#changeModel(rest);
        return true;
      case "image":
        await this.#addImage(rest);
        return true;
      default:
        throw new CliError(`There is no /${name}: /help shows what there is`);
    }
  }

  /** Where programs read the answers, nothing stands between them. */
  #say(line: string): void {
    const { out, onAnswer } = this.#options;
    if (onAnswer) out.note(line);
    else out.line(line);
  }

  async #changeModel(name: string): Promise<void> {
    const { conversation, listModels, out } = this.#options;
    const known = await listModels();
    if (name === "") {
      for (const model of known) {
        const isUsed = conversation.model !== undefined && isSameModel(model, conversation.model);
        this.#say(isUsed ? out.style.head(`* ${model}`) : `  ${model}`);
      }
      return;
    }
    if (!known.some((model) => isSameModel(model, name))) {
      throw new CliError(`No model '${name}' is installed: /model shows which are`);
    }
    conversation.model = name;
    out.note(`${name} answers from now on.`);
  }

  async #addImage(written: string): Promise<void> {
    const { home, out } = this.#options;
    if (written === "") throw new CliError("Say which: /image PATH");
    const [found] = imagePaths(written, home);
    this.#assertRoom(1);
    this.#images.push(await imageDataUrl(found?.path ?? written));
    out.note("It goes with the next message.");
  }

  #assertRoom(more: number): void {
    if (this.#images.length + more > MOST_IMAGES) {
      throw new CliError(`A message shows ${MOST_IMAGES} images at most`);
    }
  }

  async #message(text: string): Promise<void> {
    const { conversation, out, home } = this.#options;
    const images = [...this.#images];
    let said = text;
    for (const { written, path } of imagePaths(text, home)) {
      // A word that looks like a path and is none stays a word.
      const image = await imageDataUrl(path).catch((err: unknown) => {
        if (/^[~/.]|^["'][~/.]/.test(written)) throw err;
        return undefined;
      });
      if (image === undefined) continue;
      this.#assertRoom(images.length + 1 - this.#images.length);
      images.push(image);
      said = said.replace(written, "").trim();
      out.note(out.errorStyle.dim(`(with ${path})`));
    }
    const message = userMessage(said === "" ? "What is in this image?" : said, images);
    const answer = await this.#answer(conversation.question(message));
    this.#images = [];
    // From the first answer on the same model answers, also where none was named.
    if (answer.model !== "") conversation.model ??= answer.model;
    if (answer.text !== "") conversation.add(message, answer.text);
  }

  /** Shows an answer as it comes. @returns it, as far as it has come. @throws CliError */
  async #answer(question: ChatQuestion): Promise<ChatAnswer> {
    const { lines, ask, out, onAnswer } = this.#options;
    const stopped = new AbortController();
    lines.onInterrupt = () => stopped.abort();
    const wait = new WaitLine(out);
    const answer: ChatAnswer = { model: "", text: "", truncated: false };
    try {
      for await (const part of ask(question, stopped.signal)) {
        wait.clear();
        if (part.kind === "waiting") wait.show(part.status);
        if (part.kind === "text") {
          answer.text += part.text;
          if (!onAnswer) out.write(part.text);
        }
        if (part.kind === "failed") throw new CliError(part.message);
        if (part.kind === "end") {
          answer.model = part.end.model;
          answer.truncated = part.end.truncated;
        }
      }
    } catch (err) {
      if (!stopped.signal.aborted) throw err;
    } finally {
      wait.clear();
      lines.onInterrupt = undefined;
      if (!onAnswer && answer.text !== "") out.line();
    }
    this.#noteEnd(answer, stopped.signal.aborted);
    return answer;
  }

  #noteEnd(answer: ChatAnswer, isStopped: boolean): void {
    const { out, onAnswer } = this.#options;
    if (onAnswer) onAnswer(answer);
    else if (isStopped) out.note(out.errorStyle.dim("(stopped)"));
    else if (answer.truncated) {
      out.note(out.errorStyle.warn("(The model has not read the beginning: /clear begins anew)"));
    } else if (out.isTerminal) out.line();
  }
}

/** A mistake of the program's own, which no further line mends. */
function isBug(err: Error): boolean {
  return err instanceof TypeError || err instanceof ReferenceError;
}
