import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import { until } from "../../../tests/support/deadline.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
export const EMBEDDING_FILE = join(ROOT, "models/all-minilm-l6-v2-q8_0.gguf");
/** The store real inference is tried with; the suite fills it when it is empty. */
export const MODELS_DIR = process.env["TEST_MODELS_DIR"] ?? join(ROOT, "models");
export const TEXT_MODEL = "smollm2:135m";

export type EngineEvent = { readonly event: string; readonly [field: string]: unknown };
export type RunningEngine = Awaited<ReturnType<typeof startEngine>>;

/** Node runs the built file, Bun the source. */
function entry(): string {
  const given = process.env["TEST_ENGINE_ENTRY"];
  if (given !== undefined) return given;
  if (process.versions["bun"] !== undefined) return join(ROOT, "engine/main.ts");
  const built = join(ROOT, "dist/engine/main.js");
  if (!existsSync(built)) throw new Error(`${built} is missing: build the project first`);
  return built;
}

/** The promise, or an error that says what was waited for. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** Starts a real engine on a port of its own; the caller stops it. */
export async function startEngine(environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [entry()], {
    env: {
      ...process.env,
      OLLAMA_HOST: "127.0.0.1:0",
      OLLAMA_MODELS: MODELS_DIR,
      OLLAMA_NUM_PARALLEL: "2",
      ENGINE_EMBEDDING_MODEL_FILE: EMBEDDING_FILE,
      ENGINE_EXIT_ON_STDIN_END: "1",
      ...environment,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit").then(([code]) => code as number | null);
  const events: EngineEvent[] = [];
  const watchers = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    events.push(JSON.parse(line) as EngineEvent);
    for (const look of watchers) look();
  });

  /** The first event of this name at or after position `from`. */
  async function sawEvent(name: string, from = 0): Promise<EngineEvent> {
    const found = new Promise<EngineEvent>((done) => {
      const look = () => {
        const event = events.slice(from).find(({ event: seen }) => seen === name);
        if (!event) return;
        watchers.delete(look);
        done(event);
      };
      watchers.add(look);
      look();
    });
    return within(60_000, `the event ${name}`, found);
  }

  const url = String((await sawEvent("listening"))["url"]);
  return {
    url,
    child,
    events,
    exited,
    sawEvent,
    get: (path: string) => fetch(`${url}${path}`),
    post: (path: string, body: unknown, signal?: AbortSignal) =>
      fetch(`${url}${path}`, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...(signal && { signal }),
      }),
    async stop(): Promise<number | null> {
      child.kill("SIGTERM");
      return within(20_000, "the engine to end", exited);
    },
  };
}

/** Every JSON line of an answer. */
export async function linesOf<Line>(answer: Response): Promise<Line[]> {
  const text = await answer.text();
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

/** Reads an answer that does not end by itself, for as long as its request is not aborted. */
export function keepReading(answer: Response) {
  let [text, lines, isOver] = ["", 0, false];
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const bytes of answer.body ?? []) {
      const piece = decoder.decode(bytes, { stream: true });
      text += piece;
      lines += piece.split("\n").length - 1;
    }
  };
  const ended = read()
    .catch(() => {})
    .finally(() => (isOver = true));
  return {
    ended,
    /** Waits for pieces that come from now on: it is not broken. */
    async goesOn(): Promise<void> {
      const before = lines;
      await until(() => isOver || lines > before + 2, "the answer goes on");
      expect(isOver, text.slice(-500)).toBe(false);
      expect(text).not.toContain('"error"');
    },
  };
}

/** Puts the text model into the store unless it is there. */
export async function ensureTextModel({ get, post }: Pick<RunningEngine, "get" | "post">) {
  const { models } = (await (await get("/api/tags")).json()) as { models: { name: string }[] };
  if (models.some(({ name }) => name === TEXT_MODEL)) return;
  const answer = await post("/api/pull", { model: TEXT_MODEL, stream: false });
  if (!answer.ok) throw new Error(`pull failed: ${await answer.text()}`);
}
