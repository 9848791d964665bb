import { describe, expect, it } from "vitest";
import { withEarlyEnd, withFirst } from "../../../src/http/early-end.ts";

async function* counting(onEnd: () => void): AsyncGenerator<number> {
  try {
    for (let i = 0; i < 3; i += 1) yield i;
  } finally {
    onEnd();
  }
}

async function all<T>(pieces: AsyncGenerator<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const piece of pieces) list.push(piece);
  return list;
}

describe("withEarlyEnd", () => {
  it("passes on what there is, and gives nothing back by itself", async () => {
    let given = 0;
    expect(
      await all(
        withEarlyEnd(
          counting(() => {}),
          () => (given += 1),
        ),
      ),
    ).toEqual([0, 1, 2]);
    expect(given).toBe(0);
  });

  it.each([
    ["before its first step", 0],
    ["after a step", 1],
  ])("gives back when it is ended %s", async (_when, steps) => {
    let given = 0;
    const pieces = withEarlyEnd(
      counting(() => {}),
      () => (given += 1),
    );
    for (let i = 0; i < steps; i += 1) await pieces.next();
    await pieces.return(undefined);
    expect(given).toBe(1);
    expect(await pieces.next()).toEqual({ done: true, value: undefined });
  });

  it("gives back when an error is thrown into it", async () => {
    let given = 0;
    const pieces = withEarlyEnd(
      counting(() => {}),
      () => (given += 1),
    );
    await expect(pieces.throw(new Error("out"))).rejects.toThrow("out");
    expect(given).toBe(1);
  });
});

describe("withFirst", () => {
  async function begun(onEnd: () => void) {
    const rest = counting(onEnd);
    return withFirst(await rest.next(), rest);
  }

  it("gives the first piece again, then the rest", async () => {
    let ended = 0;
    expect(await all(await begun(() => (ended += 1)))).toEqual([0, 1, 2]);
    expect(ended).toBe(1);
  });

  it("ends what has begun also when nobody took the first piece", async () => {
    let ended = 0;
    const pieces = await begun(() => (ended += 1));
    await pieces.return(undefined);
    expect(ended).toBe(1);
    expect(await pieces.next()).toEqual({ done: true, value: undefined });
  });

  it("is empty where the rest is", async () => {
    const rest = (async function* () {})() as AsyncGenerator<number>;
    expect(await all(withFirst(await rest.next(), rest))).toEqual([]);
  });
});
