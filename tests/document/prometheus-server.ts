import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { until } from "../support/deadline.ts";
import { tool } from "./tools.ts";

/** A series that a query has found. */
interface Series {
  metric: Record<string, string>;
}

/** A rule as the server sees it. */
export interface LoadedRule {
  name: string;
  query: string;
  health: string;
  lastError?: string;
}

/** A Prometheus that scrapes one service each second; it ends with the test. */
export class PrometheusServer {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** What a query finds now. @throws Error with what the server says against it. */
  async query(query: string): Promise<Series[]> {
    const { result } = await this.#ask<{ result: Series[] }>("query", { query });
    return result;
  }

  /** The rules that it evaluates. */
  async rules(): Promise<LoadedRule[]> {
    const { groups } = await this.#ask<{ groups: { rules: LoadedRule[] }[] }>("rules", {});
    return groups.flatMap(({ rules }) => rules);
  }

  async #ask<T>(path: string, query: Record<string, string>): Promise<T> {
    const answer = await fetch(
      `${this.#url}/api/v1/${path}?${new URLSearchParams(query).toString()}`,
    );
    const body = (await answer.json()) as { status: string; data: T; error?: string };
    if (body.status !== "success") throw new Error(`${body.error}: ${query["query"]}`);
    return body.data;
  }
}

/** Starts a Prometheus. @param target host and port. @param rules the path of a file of rules. */
export async function startPrometheus(target: string, rules: string): Promise<PrometheusServer> {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-prometheus-"));
  const config = {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: [rules],
    scrape_configs: [
      { job_name: "shared-ollama-service", static_configs: [{ targets: [target] }] },
    ],
  };
  // What is JSON is YAML as well.
  await writeFile(join(folder, "prometheus.yml"), JSON.stringify(config));
  const child = spawn(
    tool("prometheus/usr/bin/prometheus"),
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      "--web.listen-address=127.0.0.1:0",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  const listening = /msg="Listening on" address=(\S+)/;
  await until(() => listening.test(said) || child.exitCode !== null, "Prometheus listens");
  const [, address] = listening.exec(said) ?? [];
  if (address === undefined) throw new Error(`Prometheus ended:\n${said}`);
  return new PrometheusServer(`http://${address}`);
}
