import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { projectRoot } from "../../src/runtime/paths.ts";
import { askOfAllKinds, startServiceOfAllKinds } from "../support/all-kinds.ts";
import { until } from "../support/deadline.ts";
import { asSent, DASHBOARD } from "./dashboard.ts";
import { startPrometheus, type PrometheusServer } from "./prometheus-server.ts";
import { output, tool } from "./tools.ts";

const PROMTOOL = "prometheus/usr/bin/promtool";
const ALERTS = join(projectRoot, "deploy/prometheus/alerts.yml");
const promtool = (...args: string[]): Promise<string> =>
  output(tool(PROMTOOL), args, { cwd: projectRoot });

const QUERIES = DASHBOARD.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr }) => ({ title, expr })),
);

it("promtool finds nothing wrong with the alerts and the example of a configuration", async () => {
  expect(await promtool("check", "rules", ALERTS)).toContain("SUCCESS: 11 rules found");
  expect(await promtool("check", "config", "deploy/prometheus/prometheus.yml")).toContain(
    "SUCCESS",
  );
});

it("the page tells of each alert", async () => {
  const namesIn = async (file: string, name: RegExp): Promise<string[]> =>
    [...(await readFile(join(projectRoot, file), "utf8")).matchAll(name)].map(
      ([, found = ""]) => found,
    );
  const told = await namesIn("docs/prometheus.md", /^\| `(SharedOllama\w+)`/gm);
  expect(told).toEqual(await namesIn("deploy/prometheus/alerts.yml", /alert: (\w+)/g));
});

it("each alert is raised by what it is about, and not by what is near", async () => {
  const file = "tests/fixtures/prometheus/alerts.test.yml";
  expect(await promtool("test", "rules", file)).toContain("SUCCESS");
});

it("promtool finds nothing to improve in the names of what a service says", async () => {
  const { gateway } = await startServiceOfAllKinds();
  await askOfAllKinds(gateway, "acme");
  const exposition = await (await gateway.get("/metrics")).text();
  const check = spawn(tool(PROMTOOL), ["check", "metrics"], { timeout: 60_000 });
  check.stdin.end(exposition);
  const [said, complaints, [code]] = await Promise.all([
    text(check.stdout),
    text(check.stderr),
    once(check, "close"),
  ]);
  expect({ said, complaints, code }).toEqual({ said: "", complaints: "", code: 0 });
});

it("the panels of the dashboard stand beside each other, each with a number of its own", () => {
  const { panels } = DASHBOARD;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const taken = new Set<string>();
  for (const { gridPos: at, title } of panels) {
    expect(at.x + at.w, title).toBeLessThanOrEqual(24);
    for (let x = at.x; x < at.x + at.w; x += 1) {
      for (let y = at.y; y < at.y + at.h; y += 1) {
        expect(taken.has(`${x},${y}`), title).toBe(false);
        taken.add(`${x},${y}`);
      }
    }
  }
});

it("a Prometheus finds what each query of the dashboard and of the alerts asks for", async () => {
  const { gateway } = await startServiceOfAllKinds();
  const prometheus = await startPrometheus(new URL(gateway.url).host, ALERTS);
  // A rate needs two scrapes with figures that have grown between them.
  await askOfAllKinds(gateway, "acme", "first");
  await scraped(prometheus, "shared_ollama_model_unloads_total >= 1");
  await askOfAllKinds(gateway, "acme", "second");
  await scraped(prometheus, "shared_ollama_model_unloads_total >= 2");
  await scraped(prometheus, "increase(shared_ollama_model_load_seconds_count[1m]) > 0");

  const empty: string[] = [];
  for (const { title, expr } of QUERIES) {
    if ((await prometheus.query(asSent(expr))).length === 0) empty.push(`${title}: ${expr}`);
  }
  expect(empty).toEqual([]);

  for (const { query } of DASHBOARD.templating.list) {
    if (typeof query === "string") continue;
    const [, metric = "", label = ""] = /^label_values\((\w+), (\w+)\)$/.exec(query.query) ?? [];
    const [series] = await prometheus.query(`count by (${label}) (${metric})`);
    expect(series?.metric[label], query.query).toBeDefined();
  }

  const rules = await prometheus.rules();
  expect(rules.map(({ health, lastError }) => [health, lastError])).toEqual(
    rules.map(() => ["ok", undefined]),
  );
  for (const { name, query } of rules) {
    // Nothing is wrong: what it compares is there, and the comparison finds nothing.
    expect(await prometheus.query(query), name).toEqual([]);
    for (const compared of query.split(" or ")) {
      const [, figure = ""] = /^(.*) (?:>|<|==) [\d.]+$/s.exec(compared) ?? [];
      expect(await prometheus.query(figure), figure).not.toEqual([]);
    }
  }
}, 180_000);

/** Waits until a query finds something. */
function scraped(prometheus: PrometheusServer, query: string): Promise<void> {
  const isFound = async (): Promise<boolean> => (await prometheus.query(query)).length > 0;
  return until(isFound, `Prometheus finds ${query}`, 60_000);
}
