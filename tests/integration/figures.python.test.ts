import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/deadline.ts";
import { noPython, pythonTests, runPythonTests } from "../support/python-tests.ts";
import { idOf, startService } from "../support/service.ts";
import { storeRequests } from "../support/stored-requests.ts";
import { ODD_NAMES, variedRequests } from "../support/varied-requests.ts";

const MODULE = "figures_tests";
const DAY_MINUTES = 1440;
const MINUTE_MS = 60_000;
const WINDOWS = [undefined, 0, 90, 5 * DAY_MINUTES, 24 * DAY_MINUTES];
const ROUTES = ["/metrics", "/performance/stats", "/analytics", "/usage"];
/** The figures of these are asked for, too. */
const ASKED_PROJECTS = ["acme", "unknown", "__proto__", 'quo"te, comma; semicolon'];

/** An answer of a route, and what another program needs to compute it. */
interface Answered {
  route: string;
  minutes: number | null;
  project: string | null;
  /** When it was asked for, milliseconds since 1970. */
  at: number;
  body: unknown;
  /** Its own request, and those that this test made after it. */
  later: string[];
}

/** Has a service with so many records tell its figures, and export them. */
async function figuresOfRandomRecords(count: number) {
  const folder = await mkdtemp(join(tmpdir(), "figures-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { gateway } = await startService({ REQUEST_LOG_ENABLED: "true" });
  const own: string[] = [];
  const get = async (path: string): Promise<Response> => {
    const answer = await gateway.get(`/api/v1${path}`);
    expect(answer.status).toBe(200);
    own.push(idOf(answer));
    return answer;
  };
  // The file is there with the first answer.
  await (await get("/metrics")).text();
  const nowMs = Date.now();
  const records = variedRequests({
    count,
    fromMs: nowMs - 25 * DAY_MINUTES * MINUTE_MS,
    toMs: nowMs,
    notNear: WINDOWS.map((minutes = 0) => nowMs - minutes * MINUTE_MS),
    seed: 18,
  });
  storeRequests(gateway.home, records);
  const answers: (Omit<Answered, "later"> & { number: number })[] = [];
  const ask = async (route: string, minutes?: number, project?: string): Promise<unknown> => {
    const query = new URLSearchParams({
      ...(minutes === undefined ? {} : { window_minutes: String(minutes) }),
      ...(project === undefined ? {} : { project }),
    });
    const [at, number] = [Date.now(), own.length];
    const body = await (await get(`${route}?${query.toString()}`)).json();
    const filters = { minutes: minutes ?? null, project: project ?? null };
    answers.push({ route, ...filters, at, body, number });
    return body;
  };
  const counted = records.filter(({ kind }) => kind !== "batch").length;
  const isSummed = async (): Promise<boolean> => {
    const { usage } = (await (await get("/usage")).json()) as { usage: { requests: number }[] };
    return usage.reduce((sum, { requests }) => sum + requests, 0) > counted;
  };
  await until(isSummed, "all records are in the sums of days", 60_000);
  for (const route of ROUTES) {
    for (const minutes of WINDOWS) await ask(route, minutes);
    for (const project of ASKED_PROJECTS) {
      await ask(route, undefined, project);
      await ask(route, 5 * DAY_MINUTES, project);
    }
  }
  const save = async (name: string, path: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, new Uint8Array(await (await get(path)).arrayBuffer()));
    return file;
  };
  const world = {
    usageCsv: await save("usage.csv", "/usage?format=csv"),
    csv: await save("requests.csv", "/analytics/export?format=csv"),
    parquet: await save("requests.parquet", "/analytics/export?format=parquet"),
    projects: ODD_NAMES,
    answers: answers.map(({ number, ...one }): Answered => ({ ...one, later: own.slice(number) })),
  };
  // It is too long for a variable of the environment.
  const file = join(folder, "world.json");
  await writeFile(file, JSON.stringify(world));
  return runPythonTests(MODULE, { file });
}

describe.skipIf(noPython)("another program computes from the exported file", () => {
  it.each([
    ["of 10 000 records, whose figures are exact,", 10_000],
    ["of 60 000 records, whose quantiles are told from sums,", 60_000],
  ])("%s what each route says", { timeout: 300_000 }, async (_, count) => {
    const results = await figuresOfRandomRecords(count);
    const passed = pythonTests(MODULE).map((name) => [name, "passed"]);
    expect(Object.fromEntries(results)).toEqual(Object.fromEntries(passed));
  });
});
