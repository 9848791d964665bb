import { describe, expect, it } from "vitest";
import { CalledOff } from "../../../src/errors/abort-reasons.ts";
import { LiveRequests, type LiveSeat } from "../../../src/requests/live-requests.ts";
import { RequestRecord } from "../../../src/requests/request-record.ts";

function setUp() {
  const live = new LiveRequests();
  const told: [string, Error][] = [];
  const begin = (id: string, more: Partial<RequestRecord> = {}): LiveSeat => {
    const record = Object.assign(new RequestRecord(id, () => {}), { tenant: "t", ...more });
    return live.begin(record, { callOff: (reason) => void told.push([id, reason]) });
  };
  return { live, told, begin };
}

describe("requests under way", () => {
  it("are there from their beginning to their end, the newest first", () => {
    const { live, begin } = setUp();
    const [one] = [begin("1"), begin("2"), begin("3")];
    const ids = (): string[] => live.all().map(({ record }) => record.id);
    expect(ids()).toEqual(["3", "2", "1"]);
    live.end(one);
    live.end(one);
    expect([live.size, live.find("1")]).toEqual([2, undefined]);
    begin("4");
    expect(ids()).toEqual(["4", "3", "2"]);
  });

  it("are found by tenant, project and model", () => {
    const { live, begin } = setUp();
    begin("1", { tenant: "a", project: "a", model: "m" });
    begin("2", { tenant: "[10.0.0.1]", model: "n" });
    const ids = (filter: Parameters<LiveRequests["all"]>[0]): string[] =>
      live.all(filter).map(({ record }) => record.id);
    expect(ids({ tenant: "a" })).toEqual(["1"]);
    expect(ids({ project: "unknown" })).toEqual(["2"]);
    expect(ids({ model: "n" })).toEqual(["2"]);
    expect(ids({ tenant: "a", model: "n" })).toEqual([]);
  });

  it("are called off by their own tenant, or whoever may see all", () => {
    const { live, told, begin } = setUp();
    begin("1", { tenant: "a" });
    expect(live.callOff("1", "b")).toBe(false);
    expect(live.callOff("2")).toBe(false);
    expect(told).toEqual([]);
    expect(live.callOff("1", "a")).toBe(true);
    expect(live.callOff("1")).toBe(true);
    expect(told.map(([id, reason]) => [id, reason instanceof CalledOff])).toEqual([
      ["1", true],
      ["1", true],
    ]);
    expect(live.find("1")?.isCalledOff).toBe(true);
  });
});
