import { describe, expect, it } from "vitest";
import { deferred } from "../../../../src/runtime/deferred.ts";
import { GB, MINUTE, OWN, setUpMemory, type Given } from "./memory-set-up.ts";

const hints = (num_ctx?: number) => ({
  kind: "generate" as const,
  ...(num_ctx === undefined ? {} : { options: { num_ctx } }),
});

/** Models of 8 GB, and one of 20, of which 24 GB may be in memory together. */
function setUp(given: Given = {}) {
  const memory = setUpMemory({ mostLoaded: 3, ...given });
  const info = { "general.architecture": "bert" };
  for (const name of ["a:1", "b:1", "c:1", "d:1"]) {
    memory.world.installed.set(name, { sizeGb: 8, info });
  }
  memory.world.installed.set("big:1", { sizeGb: 20, info });
  memory.world.installed.set("huge:1", { sizeGb: 30, info });
  memory.world.installed.set("odd:1", { sizeGb: 30 });
  memory.world.installed.set(OWN, { sizeGb: 1, info });
  const refusal = async (model: string, num_ctx?: number): Promise<unknown> => {
    try {
      await memory.room.assertFits(model, hints(num_ctx));
      return undefined;
    } catch (err) {
      return err;
    }
  };
  return { ...memory, refusal };
}

describe("a model that cannot fit", () => {
  const refused = { code: "insufficient_memory", status: 503, param: "model" };

  it("is refused, whatever is there", async () => {
    const { refusal, counts } = setUp();
    expect(await refusal("huge:1")).toMatchObject(refused);
    expect(counts.refused).toBe(1);
  });

  it("is refused where what would have to go is pinned, and only then", async () => {
    const { refusal, useOnce, pins, use } = setUp();
    useOnce("a:1");
    const end = use.begin("a:1", undefined);
    expect(await refusal("big:1")).toBeUndefined();
    end();
    pins.add("a:1");
    expect(await refusal("big:1")).toMatchObject({
      ...refused,
      message:
        "The model 'big:1' takes up to 20.0 GB with a context of 4096 tokens; models may take 24.0 GB together. " +
        "Loaded: a:1 (8.00 GB, pinned). What would have to go is pinned: a:1.",
      fields: { needed_bytes: 20 * GB, limit_bytes: 24 * GB, would_have_to_go: ["a:1"] },
    });
  });

  it("is refused where as many models as may be there are pinned", async () => {
    const { refusal, useOnce, pins } = setUp({ limitGb: 100 });
    for (const name of ["a:1", "b:1", "c:1"]) {
      useOnce(name);
      pins.add(name);
    }
    expect(await refusal("odd:1")).toMatchObject({
      ...refused,
      message: expect.stringContaining(
        "3 models may be in memory, and as many are pinned",
      ) as string,
    });
  });

  it.each([
    ["its architecture is unknown", "odd:1", {}],
    ["the server is on another machine", "huge:1", { rules: "none" as const }],
    ["there may be more memory than is known", "huge:1", { isCertain: false }],
    ["there is no such model", "none:1", {}],
    ["the request names none", "", {}],
  ])("is not refused where %s", async (_why, model, given) => {
    expect(await setUp(given).refusal(model)).toBeUndefined();
  });

  it("is not refused where it is there with that context, which is not even asked for", async () => {
    const { room, useOnce, view, refusal } = setUp();
    useOnce("huge:1", undefined, { gb: 30, context: 8192 });
    expect(await refusal("huge:1", 8192)).toBeUndefined();
    await view.models();
    expect(room.assertFits("huge:1", hints(8192))).toBeUndefined();
    expect(room.assertFits("huge:1", hints())).toBeUndefined();
    await expect(room.assertFits("huge:1", hints(9000))).rejects.toMatchObject(refused);
  });

  it("is loaded all the same for those who are not refused, and nothing leaves for it", async () => {
    const { room, world, useOnce } = setUp();
    useOnce("a:1");
    await room.makeFor("huge:1", hints());
    expect(world.unfit).toMatchObject([{ model: "huge:1", need: { bytes: 30 * GB } }]);
    expect(world.unloaded).toEqual([]);
  });
});

describe("room for a load", () => {
  it("is made by the service's own model first, then by those idle for longest", async () => {
    const { room, world, useOnce } = setUp();
    for (const name of ["a:1", "b:1", OWN]) {
      world.now += MINUTE;
      useOnce(name);
    }
    const made = await room.makeFor("big:1", hints());
    expect(made.left).toEqual([OWN, "a:1", "b:1"]);
    expect(world.unloaded).toEqual([`${OWN} room`, "a:1 room", "b:1 room"]);
  });

  it("is made where there are as many models as may be, however small", async () => {
    const { room, world, useOnce } = setUp({ limitGb: 100 });
    for (const name of ["a:1", "b:1", "c:1"]) {
      world.now += 1;
      useOnce(name);
    }
    expect((await room.makeFor("odd:1", hints())).left).toEqual(["a:1"]);
  });

  it("is there already, mostly", async () => {
    const { room, useOnce } = setUp();
    useOnce("a:1");
    expect((await room.makeFor("b:1", hints())).left).toEqual([]);
  });

  it.each([
    ["others use", (_pins: { add: (m: string) => void }) => {}, { rules: "seen" as const }],
    ["is pinned", (pins: { add: (m: string) => void }) => pins.add("a:1"), {}],
    ["is on another machine", () => {}, { rules: "none" as const }],
  ])("is not made by one that %s", async (_why, prepare, given) => {
    const { room, world, pins } = setUp(given);
    world.loaded.set("a:1", { expiresAt: 1 });
    prepare(pins);
    expect((await room.makeFor("big:1", hints())).left).toEqual([]);
    expect([...world.loaded.keys()]).toEqual(["a:1"]);
  });

  it("is counted once for loads side by side: the later one waits for what leaves for the first", async () => {
    const { room, world, server, useOnce } = setUp({ mostLoaded: 2 });
    useOnce("a:1");
    const gone = deferred<void>();
    server.unload = () => gone.promise;
    useOnce("b:1");
    const first = room.makeFor("c:1", hints());
    const second = room.makeFor("d:1", hints());
    let made = 0;
    void first.then(() => (made += 1));
    void second.then(() => (made += 1));
    await settled();
    expect(made).toBe(0);
    gone.resolve();
    const rooms = await Promise.all([first, second]);
    expect(rooms.flatMap(({ left }) => left).toSorted()).toEqual(["a:1", "b:1"]);
    expect([...world.loaded.keys()]).toEqual([]);
  });

  it("is not waited for where a model cannot be unloaded, which is told of", async () => {
    const { room, world, server, useOnce } = setUp();
    useOnce("a:1");
    server.unload = () => Promise.reject(new Error("stuck"));
    expect((await room.makeFor("big:1", hints())).left).toEqual([]);
    expect(world.faults).toEqual([new Error("stuck")]);
    expect([...world.held]).toEqual([]);
  });
});

describe("what has to leave for a model, as far as known", () => {
  it("is nothing before its size is known, nor for one that is there", async () => {
    const { room, sizes, view, useOnce } = setUp();
    useOnce("a:1");
    await view.models();
    expect(room.overflow("big:1", ["a:1"])).toEqual([]);
    await sizes.needOf("big:1", undefined);
    expect(room.overflow("big:1", ["a:1"])).toEqual(["a:1"]);
    expect(room.overflow("a:1", ["big:1"])).toEqual([]);
  });

  it("is no pinned one, and none for what cannot fit", async () => {
    const { room, sizes, view, useOnce, pins } = setUp();
    for (const name of ["a:1", "b:1"]) useOnce(name);
    await view.models();
    await sizes.needOf("c:1", undefined);
    await sizes.needOf("huge:1", undefined);
    expect(room.overflow("huge:1", ["a:1", "b:1"])).toEqual([]);
    expect(room.overflow("c:1", ["a:1", "b:1"])).toEqual([]);
    pins.add("a:1");
    await sizes.needOf("big:1", undefined);
    expect(room.leaving(["a:1", "b:1", OWN])).toEqual([OWN, "b:1"]);
    expect(room.overflow("big:1", ["a:1", "b:1"])).toEqual([]);
  });
});

describe("a place for the service's own model", () => {
  it.each([
    ["with room", {}, true],
    ["as many models as may be", { mostLoaded: 2 }, false],
    ["too little room", { limitGb: 16 }, false],
    ["tight memory", { availableGb: 2 }, false],
    ["a server elsewhere", { rules: "none" as const }, false],
  ])("%s", async (_case, given, isFree) => {
    const { room, useOnce } = setUp(given);
    for (const name of ["a:1", "b:1"]) useOnce(name);
    expect(await room.isFreeFor(OWN)).toBe(isFree);
  });
});

function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
