import { describe, expect, it, onTestFinished, vi } from "vitest";
import { awakeClock } from "../../../../src/runtime/awake-clock.ts";
import { deferred } from "../../../../src/runtime/deferred.ts";
import { GB, IDLE_MS, MINUTE, setUpMemory as setUp } from "./memory-set-up.ts";

describe("a model that is idle", () => {
  it("is unloaded once it has been idle for long enough, and its requests wait until that is done", async () => {
    const { world, useOnce, server, manager } = setUp();
    useOnce("a:1");
    world.now = IDLE_MS;
    await manager.check();
    expect(world.unloaded).toEqual([]);
    world.now = IDLE_MS + 1;
    const gone = deferred<void>();
    server.unload = () => gone.promise;
    const checked = manager.check();
    await new Promise((resolve) => setImmediate(resolve));
    expect([...world.held]).toEqual(["a:1"]);
    gone.resolve();
    await checked;
    expect(world.unloaded).toEqual(["a:1 idle"]);
    expect([...world.held]).toEqual([]);
  });

  it("stays while a request runs, however long, and from its end on for its time", async () => {
    const { world, use, useOnce, manager } = setUp();
    useOnce("a:1");
    const end = use.begin("a:1", undefined);
    world.now = 10 * IDLE_MS;
    await manager.check();
    end();
    world.now += IDLE_MS;
    await manager.check();
    expect(world.unloaded).toEqual([]);
    world.now += 1;
    await manager.check();
    expect(world.unloaded).toEqual(["a:1 idle"]);
  });

  it("stays for its time once more after a sleep of the machine", async () => {
    const { world, useOnce, manager } = setUp();
    useOnce("a:1");
    world.now = IDLE_MS - 1000;
    const woke = vi.spyOn(awakeClock, "wokeAt", "get").mockReturnValue(world.now);
    onTestFinished(() => woke.mockRestore());
    world.now += IDLE_MS;
    await manager.check();
    expect(world.unloaded).toEqual([]);
    world.now += 1;
    await manager.check();
    expect(world.unloaded).toEqual(["a:1 idle"]);
  });

  it("stays for as long as its last client has asked for", async () => {
    const { world, useOnce, manager } = setUp();
    useOnce("a:1", Number.POSITIVE_INFINITY);
    world.now = 100 * IDLE_MS;
    await manager.check();
    expect(world.unloaded).toEqual([]);
    useOnce("a:1");
    world.now += IDLE_MS + 1;
    await manager.check();
    expect(world.unloaded).toEqual(["a:1 idle"]);
  });

  it("stays while it is pinned", async () => {
    const { world, useOnce, manager } = setUp({ limitGb: 4 });
    world.installed.set("a:latest", { sizeGb: 8 });
    useOnce("a:latest");
    manager.pin("A");
    world.now = 100 * IDLE_MS;
    await manager.check();
    expect(world.unloaded).toEqual([]);
    expect(manager.unpin("a")).toBe(true);
    await manager.check();
    expect(world.unloaded).toEqual(["a:latest limit"]);
    expect(manager.unpin("a")).toBe(false);
  });

  it("stays while it is being loaded", async () => {
    const { world, useOnce, manager } = setUp({ isLoading: () => true });
    useOnce("a:1");
    world.now = 2 * IDLE_MS;
    await manager.check();
    expect(world.unloaded).toEqual([]);
  });

  it("goes one at a time, until what is left has room", async () => {
    const { world, useOnce, manager } = setUp({ limitGb: 16 });
    for (const name of ["a:1", "b:1", "c:1", "d:1"]) {
      world.now += 1;
      useOnce(name);
    }
    await manager.check();
    expect(world.unloaded).toEqual(["a:1 limit", "b:1 limit"]);
  });

  it("that cannot be unloaded is told of once a check, and the others go all the same", async () => {
    const { world, useOnce, server, manager } = setUp();
    useOnce("a:1");
    world.now += 1;
    useOnce("b:1");
    server.unload = (model) =>
      model === "a:1" ? Promise.reject(new Error("stuck")) : Promise.resolve();
    world.now = 2 * IDLE_MS;
    await manager.check();
    expect(world.unloaded).toEqual(["b:1 idle"]);
    expect(world.faults).toEqual([new Error("stuck")]);
    expect([...world.held]).toEqual([]);
  });
});

describe("a server that others use, too", () => {
  it("keeps a model that was there before the service has used it", async () => {
    const { world, manager } = setUp({ rules: "seen" });
    world.loaded.set("theirs:1", { expiresAt: 1 });
    await manager.check();
    world.now = 100 * IDLE_MS;
    await manager.check();
    expect(world.unloaded).toEqual([]);
  });

  it("keeps a model from when its expiry moves without a request of the service", async () => {
    const { world, useOnce, manager } = setUp({ rules: "seen" });
    useOnce("a:1");
    await manager.check();
    world.now = MINUTE;
    useOnce("a:1");
    world.now = 2 * MINUTE;
    await manager.check();
    world.loaded.set("a:1", { expiresAt: 9e9 });
    world.now = 3 * MINUTE;
    await manager.check();
    world.now = 100 * IDLE_MS;
    await manager.check();
    expect(world.unloaded).toEqual([]);
  });

  it("loses one that only the service has used", async () => {
    const { world, useOnce, manager } = setUp({ rules: "seen" });
    useOnce("a:1");
    await manager.check();
    world.now = IDLE_MS + 1;
    await manager.check();
    expect(world.unloaded).toEqual(["a:1 idle"]);
  });

  it("is left alone on another machine", async () => {
    const { world, useOnce, manager } = setUp({ rules: "none", limitGb: 1 });
    useOnce("a:1");
    world.now = 100 * IDLE_MS;
    await manager.check();
    expect(world.unloaded).toEqual([]);
  });
});

it("tells what there is, and what leaves next", async () => {
  const { world, useOnce, report } = setUp();
  useOnce("a:1");
  world.now = MINUTE;
  expect(await report.read()).toMatchObject({
    rules: "all",
    limit_bytes: 24 * GB,
    used_bytes: 8 * GB,
    free_bytes: 16 * GB,
    idle_timeout: 300,
    models: [{ name: "a:1", bytes: 8 * GB, running: 0, idle: 60, managed: true }],
    next: { name: "a:1", in: 240 },
    unloaded: 0,
  });
  world.availableGb = 2;
  expect(await report.read()).toMatchObject({ next: { name: "a:1", in: 90 } });
});
