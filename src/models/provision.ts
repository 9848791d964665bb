import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { createHash } from "node:crypto";
import { pipeline } from "node:stream/promises";
import { directFetch } from "../http/direct-fetch.ts";
import { jsonBody, jsonLines, MAX_REPORT_BYTES } from "../hosts/lines.ts";
import type { RunningServer } from "../hosts/server.ts";
import { canonicalModel } from "./model-name.ts";

/** The text model of the embedded engine, and the embedding model that comes with the project. */
export const ENGINE_TEXT_MODEL = "smollm2:135m";
export const EMBEDDING_MODEL = "all-minilm";

/** How a download is shown. */
export interface Progress {
  /** @param totalBytes of the part being fetched */
  update(what: string, completedBytes: number, totalBytes: number): void;
  end(): void;
}

interface ProvisionOptions {
  /** The embedding model's file in the project. */
  embeddingFile: string;
  /** The profile's required models with their sizes in GB, where known. */
  required: { name: string; sizeGb: number | undefined }[];
  /** Whether to fetch the required ones: AUTO_PULL, or a yes on the terminal. */
  mayPull: (question: string) => Promise<boolean>;
  say: (line: string) => void;
  progress: () => Progress;
  onInstalled: () => void;
}

/**
 * Installs the models that a server needs. The embedded engine's text model (98 MB) is downloaded
 * without a question, the embedding model comes from the project's own file, a profile's models are
 * downloaded only with the user's consent.
 */
export class ModelProvision {
  readonly #options: ProvisionOptions;

  constructor(options: ProvisionOptions) {
    this.#options = options;
  }

  /** Settles when the server can answer; long downloads go on in the background. Never rejects. */
  async run(server: RunningServer, signal: AbortSignal): Promise<void> {
    const { say } = this.#options;
    try {
      const installed = await listInstalled(server.origin);
      if (server.kind === "engine") {
        if (!installed.has(canonicalModel(ENGINE_TEXT_MODEL))) {
          say(`Fetching the text model ${ENGINE_TEXT_MODEL} (98 MB), once.`);
          await this.#pull(server.origin, ENGINE_TEXT_MODEL, signal);
        }
        return;
      }
      void this.#completeOllama(server.origin, installed, signal);
    } catch (err) {
      say(`The model could not be fetched: ${messageOf(err)}`);
      say(`To try again: restart, or POST {"model":"${ENGINE_TEXT_MODEL}"} to /api/pull.`);
    }
  }

  async #completeOllama(
    origin: string,
    installed: Set<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const { say, required, mayPull, embeddingFile } = this.#options;
    try {
      if (!installed.has(canonicalModel(EMBEDDING_MODEL))) {
        await createFromFile(origin, EMBEDDING_MODEL, embeddingFile, signal);
        say(`Added the embedding model ${EMBEDDING_MODEL} from the project's own file.`);
        this.#options.onInstalled();
      }
      const missing = required.filter(({ name }) => !installed.has(canonicalModel(name)));
      if (missing.length === 0) return;
      const list = missing
        .map(({ name, sizeGb }) => (sizeGb ? `${name} (${sizeGb} GB)` : name))
        .join(", ");
      say(`The profile's models are not installed: ${list}.`);
      if (await mayPull(`Fetch ${list} now?`)) {
        for (const { name } of missing) await this.#pull(origin, name, signal);
      } else {
        say(`To fetch them: ${missing.map(({ name }) => `ollama pull ${name}`).join(" && ")}`);
      }
    } catch (err) {
      if (!signal.aborted) say(`The models could not be seen to: ${messageOf(err)}`);
    }
  }

  async #pull(origin: string, model: string, signal: AbortSignal): Promise<void> {
    const progress = this.#options.progress();
    try {
      for await (const line of post(origin, "/api/pull", { model }, signal)) {
        if (typeof line["error"] === "string") throw new Error(line["error"]);
        const { status, completed, total } = line;
        if (typeof total === "number")
          progress.update(String(status), Number(completed ?? 0), total);
      }
      this.#options.onInstalled();
    } finally {
      progress.end();
    }
  }
}

async function listInstalled(origin: string): Promise<Set<string>> {
  const answer = await directFetch(`${origin}/api/tags`, { signal: AbortSignal.timeout(5000) });
  await assertAnswered(answer);
  const { models } = (await jsonBody(answer.body, { maxBytes: MAX_REPORT_BYTES })) as {
    models?: { name: string }[] | null;
  };
  return new Set((models ?? []).map((m) => canonicalModel(m.name)));
}

/** Puts a GGUF file into Ollama: its blob, then a model from it. No network is needed. */
async function createFromFile(
  origin: string,
  model: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  const digest = `sha256:${hash.digest("hex")}`;
  const blob = `${origin}/api/blobs/${digest}`;
  const there = await directFetch(blob, { method: "HEAD", signal });
  if (!there.ok) {
    const { size } = await stat(file);
    const body = Readable.toWeb(createReadStream(file));
    const init = { method: "POST", headers: { "content-length": String(size) }, duplex: "half" };
    const sent = await directFetch(blob, { ...init, body, signal } as unknown as RequestInit);
    if (!sent.ok) throw new Error(`the blob was refused with status ${sent.status}`);
  }
  const request = { model, files: { [file.split("/").at(-1) ?? "model.gguf"]: digest } };
  for await (const line of post(origin, "/api/create", request, signal)) {
    if (typeof line["error"] === "string") throw new Error(line["error"]);
  }
}

async function* post(
  origin: string,
  path: string,
  body: object,
  signal: AbortSignal,
): AsyncGenerator<Record<string, unknown>> {
  const answer = await directFetch(origin + path, {
    method: "POST",
    body: JSON.stringify(body),
    signal,
  });
  await assertAnswered(answer);
  // A pull of many hours has no last line to wait for.
  if (answer.body) yield* jsonLines(answer.body, { maxBytes: Infinity });
}

/** @throws Error with the server's own message, where it has one. */
async function assertAnswered(answer: Response): Promise<void> {
  if (answer.ok) return;
  const failure = (await answer.json().catch(() => undefined)) as { error?: unknown } | undefined;
  const isText = typeof failure?.error === "string";
  throw new Error(
    isText ? String(failure.error) : `the server answered with status ${answer.status}`,
  );
}

function messageOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}
