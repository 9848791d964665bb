import { readFile, stat } from "node:fs/promises";
import { Polling } from "./polling.ts";

interface WatchedFileOptions {
  path: string;
  /** Told the whole text each time it has changed. */
  onChange: (text: string) => void;
  everyMs?: number;
}

const EVERY_MS = 2000;

/**
 * Tells when a file's text changes. It is asked for every two seconds: editors replace a file instead
 * of writing into it, and folders of containers and networks tell nothing.
 */
export class WatchedFile {
  readonly #options: WatchedFileOptions;
  readonly #polling = new Polling(() => this.#lookAgain());
  #seen = "";
  #text = "";

  constructor(options: WatchedFileOptions) {
    this.#options = options;
  }

  /** What the text is now counts as known. */
  async start(): Promise<void> {
    const { path, everyMs = EVERY_MS } = this.#options;
    this.#seen = await fingerprint(path);
    this.#text = await readIfThere(path);
    this.#polling.start(everyMs);
  }

  /** Once this has settled nothing is told any more. */
  async stop(): Promise<void> {
    await this.#polling.stop();
  }

  async #lookAgain(): Promise<void> {
    const { path, onChange } = this.#options;
    const seen = await fingerprint(path);
    // A file that is gone may be on its way back.
    if (seen === "" || seen === this.#seen) return;
    const text = await readIfThere(path);
    this.#seen = seen;
    if (text === this.#text) return;
    this.#text = text;
    onChange(text);
  }
}

/** A file's text; empty where there is no file, or none that can be read. */
export function readIfThere(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

/** What changes with the file. */
async function fingerprint(path: string): Promise<string> {
  const facts = await stat(path).catch(() => undefined);
  return facts ? `${facts.mtimeMs} ${facts.size} ${facts.ino}` : "";
}
