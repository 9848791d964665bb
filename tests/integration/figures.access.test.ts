import { describe, expect, it } from "vitest";
import { endedOf } from "../support/ended-requests.ts";
import { expectNativeError } from "../support/service.ts";
import { ELSEWHERE, startWithRecords } from "./figures-set-up.ts";

const ROUTES = ["/metrics", "/performance/stats", "/analytics", "/analytics/export", "/usage"];
const startedAtMs = Date.now() - 60_000;
const RECORDS = [
  endedOf({ startedAtMs, project: "acme", client: "10.0.0.77", inferenceMs: 3000 }),
  endedOf({ startedAtMs, project: "zoo", client: "10.0.0.88", inferenceMs: 1000 }),
  endedOf({ startedAtMs, project: "unknown", tenant: "[10.0.0.99]", client: "10.0.0.99" }),
];
const ACME = { ...ELSEWHERE, "x-project-name": "acme" };

describe("a client on another machine", () => {
  it("sees the figures of its own project, whether it asks for that or not", async () => {
    const { textOf, jsonOf } = await startWithRecords(RECORDS);
    for (const query of ["", "?project=acme"]) {
      expect(await jsonOf(`/metrics${query}`, ACME)).toMatchObject({
        requests_by_model: { "fake:latest": 1 },
      });
      expect((await jsonOf(`/analytics${query}`, ACME))["requests_by_project"]).toEqual({
        acme: expect.any(Number),
      });
      for (const path of [...ROUTES, "/usage?format=csv", "/analytics/export?format=json"]) {
        if (query !== "" && path.includes("?")) continue;
        const text = await textOf(path + query, ACME);
        expect(text).not.toMatch(/zoo|unknown|10\.0\.0\.|192\.0\.2|127\.0\.0\.1|client_ip|host/);
      }
    }
  });

  it("is not told what the others used together", async () => {
    const { jsonOf, textOf } = await startWithRecords(RECORDS);
    const { usage } = (await jsonOf("/usage", ACME)) as { usage: { share: null }[] };
    expect(usage.length).toBeGreaterThan(0);
    expect(usage.map(({ share }) => share)).toEqual(usage.map(() => null));
    expect(await textOf("/usage?format=csv", ACME)).toMatch(/,3,0,\r\n/);
  });

  it.each(ROUTES)("is refused the figures of another project: GET %s", async (route) => {
    const { get } = await startWithRecords(RECORDS);
    const expected = { status: 403, code: "forbidden", type: "ForbiddenError" };
    const says = "ALLOW_REMOTE_MANAGEMENT=true";
    for (const project of ["zoo", "unknown", "ACME", "nobody"]) {
      const answer = await get(`${route}?project=${project}`, ACME);
      await expectNativeError(answer, { ...expected, says });
    }
    // They are those of all clients that name no project.
    for (const headers of [
      ELSEWHERE,
      { ...ELSEWHERE, "x-project-name": "" },
      { ...ELSEWHERE, "x-project-name": "unknown" },
    ]) {
      for (const query of ["", "?project=unknown"]) {
        const answer = await get(route + query, headers);
        await expectNativeError(answer, { ...expected, says: "name your project" });
      }
    }
  });

  it("sees all where it may manage", async () => {
    const env = { ALLOW_REMOTE_MANAGEMENT: "true" };
    const { jsonOf, textOf } = await startWithRecords(RECORDS, env);
    const { requests_by_project: projects } = await jsonOf("/analytics", ACME);
    expect(Object.keys(projects as object)).toEqual(expect.arrayContaining(["zoo", "unknown"]));
    expect(await textOf("/analytics/export?project=zoo", ACME)).toContain(",10.0.0.88,");
  });
});

describe("a client on this machine", () => {
  it("sees all, whatever project it names, and what share each had of the day", async () => {
    const { jsonOf, textOf } = await startWithRecords(RECORDS);
    const own = { "x-project-name": "acme" };
    const { usage } = (await jsonOf("/usage", own)) as {
      usage: { project: string; model: string; share: number }[];
    };
    const shares = usage
      .filter(({ model }) => model === "fake:latest")
      .map(({ project, share }) => [project, share]);
    expect(Object.fromEntries(shares)).toEqual({
      acme: expect.closeTo(3000 / 5000.001, 5),
      zoo: expect.closeTo(1000 / 5000.001, 5),
      unknown: expect.closeTo(1000.001 / 5000.001, 5),
    });
    // A filter does not change what a share is of.
    const { usage: filtered } = (await jsonOf("/usage?project=zoo", own)) as {
      usage: { share: number }[];
    };
    expect(filtered.map(({ share }) => share)).toEqual([expect.closeTo(0.2, 5)]);
    expect(await textOf("/analytics/export")).toMatch(/,\[10\.0\.0\.99\],10\.0\.0\.99,http:/);
  });
});
