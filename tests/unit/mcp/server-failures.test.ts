import { expect, it } from "vitest";
import type { McpServerEntry } from "../../../config/mcp.ts";
import { ServerFailures } from "../../../src/mcp/server-failures.ts";

const a = { name: "a" } as McpServerEntry;
const b = { name: "ab" } as McpServerEntry;

function setUp() {
  const clock = { now: 1_000_000 };
  return { clock, failures: new ServerFailures({ now: () => clock.now }) };
}

it("has a server left alone for longer and longer, a minute at most", () => {
  const { clock, failures } = setUp();
  const pauses = Array.from({ length: 10 }, () => {
    failures.add(a, "t", "has failed");
    const pauseMs = failures.pauseMs(a, "t");
    clock.now += pauseMs;
    expect(failures.pauseMs(a, "t")).toBe(0);
    return pauseMs / 1000;
  });
  expect(pauses).toEqual([0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
  failures.started(a, "t");
  failures.add(a, "t", "has failed");
  expect(failures.pauseMs(a, "t")).toBe(60_000);
  failures.answered(a, "t");
  failures.add(a, "t", "has failed");
  expect(failures.pauseMs(a, "t")).toBe(0);
});

it("tells tenants and servers apart", () => {
  const { failures } = setUp();
  for (let i = 0; i < 3; i += 1) failures.add(a, "t", "is away");
  failures.add(a, undefined, "is everybody's");
  expect([failures.pauseMs(a, "u"), failures.pauseMs(b, "t")]).toEqual([0, 0]);
  expect(failures.last("a", ["t"])?.message).toBe("is away");
  expect(failures.last("a", ["u"])).toBeUndefined();
  expect(failures.last("a", [undefined, "u"])?.message).toBe("is everybody's");
  expect(failures.last("a", "all")).toBeDefined();
  failures.add(b, "t", "is another");
  failures.forget("a");
  expect(failures.last("a", "all")).toBeUndefined();
  expect(failures.last("ab", "all")?.message).toBe("is another");
});

it("forgets what is long ago, and what was started since", () => {
  const { clock, failures } = setUp();
  failures.add(a, "t", "has failed");
  failures.add(a, "t", "has failed");
  failures.started(a, "t");
  expect(failures.last("a", ["t"])).toBeUndefined();
  failures.add(a, "t", "has failed again");
  expect(failures.last("a", ["t"])).toMatchObject({ atMs: 1_000_000, message: "has failed again" });
  clock.now += 600_001;
  expect(failures.last("a", ["t"])).toBeUndefined();
  failures.add(a, "t", "has failed");
  expect(failures.pauseMs(a, "t")).toBe(0);
});
