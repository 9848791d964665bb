import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../support/deadline.ts";
import type { RealService } from "../support/real-service.ts";

/** What the service's log says of a request, as far as it tells whether it went well. */
export interface Asked {
  path?: string;
  status_code: number;
  error_code?: string;
  error_message?: string;
}

/** A service that tells what became of the requests of a while. */
export class AskedService {
  readonly #service: RealService;
  #told = 0;
  /** The id of a request that its log has. */
  lastId = "";

  constructor(service: RealService) {
    this.#service = service;
  }

  get url(): string {
    return this.#service.url;
  }

  /** The folder of its logs. */
  get logs(): string {
    return join(this.#service.home, "logs");
  }

  /** The requests since the last call, those of a batch among them. */
  async asked(): Promise<Asked[]> {
    // The log has requests in the order of their ends: when it has this one, it has all.
    const answer = await fetch(`${this.url}/api/v1/ready`);
    await answer.arrayBuffer();
    this.lastId = answer.headers.get("x-shared-ollama-request-id") ?? "";
    let lines: string[] = [];
    await until(async () => {
      const log = await readFile(join(this.logs, "requests.jsonl"), "utf8").catch(() => "");
      lines = log.split("\n").slice(0, -1);
      return lines.some((line) => line.includes(this.lastId));
    }, "the last request in the log");
    const fresh = lines.slice(this.#told).filter((line) => !line.includes(this.lastId));
    this.#told = lines.length;
    return fresh.map((line) => JSON.parse(line) as Asked);
  }
}
