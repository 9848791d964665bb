import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import systeminformation from "systeminformation";
import { z } from "zod";

const Record = z.object({
  pid: z.int().positive(),
  started: z.string(),
  origin: z.url(),
  /** What it was started with; not there in records of 2.0.0. */
  figures: z
    .object({ parallel: z.int().positive(), capacity: z.int().positive().optional() })
    .optional(),
});

/** An `ollama serve` of ours that outlived the service: enough to recognise it. */
export type ChildRecord = z.infer<typeof Record>;

/** What is known of a server when it is started. */
interface Started {
  origin: string;
  parallel: number;
  capacity: number | undefined;
}

/** Remembers a started server in a file, so that the next start takes it over as its own. */
export class ChildRecordFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Writes the record, if the process is there. @throws what the file system throws. */
  async write(pid: number, { origin, parallel, capacity }: Started): Promise<void> {
    const started = await startTimeOf(pid);
    if (started === undefined) return;
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const record = { pid, started, origin, figures: { parallel, capacity } };
    await writeFile(this.#path, JSON.stringify(record), { mode: 0o600 });
  }

  /** The recorded child if that very process still runs: pid and start time agree. */
  async readLiving(): Promise<ChildRecord | undefined> {
    const text = await readFile(this.#path, "utf8").catch(() => undefined);
    if (text === undefined) return undefined;
    const parsed = Record.safeParse(parseOrUndefined(text));
    if (!parsed.success) return undefined;
    const started = await startTimeOf(parsed.data.pid);
    return started !== undefined && isSameTime(started, parsed.data.started)
      ? parsed.data
      : undefined;
  }

  /** Removes the record. */
  async clear(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

/** `ps` counts from the time of boot, which it works out anew each time: a second more or less. */
const START_TIME_JITTER_MS = 2000;

function isSameTime(a: string, b: string): boolean {
  return a === b || Math.abs(Date.parse(a) - Date.parse(b)) <= START_TIME_JITTER_MS;
}

/** When a process was started, as the system says it; undefined when there is none. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  const { list } = await systeminformation.processes();
  return list.find((p) => p.pid === pid)?.started;
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
