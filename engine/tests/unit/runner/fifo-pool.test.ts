import { describe, expect, it } from "vitest";
import { FifoPool } from "../../../runner/fifo-pool.ts";

const never = new AbortController().signal;

describe("FifoPool", () => {
  it("serves in the order of arrival", async () => {
    const pool = new FifoPool(["a"]);
    const first = await pool.acquire(never);
    const order: string[] = [];
    const second = pool.acquire(never).then((item) => order.push(`second ${item}`));
    const third = pool.acquire(never).then((item) => order.push(`third ${item}`));
    pool.release(first);
    await second;
    pool.release("a");
    await third;
    expect(order).toEqual(["second a", "third a"]);
  });

  it("drops a waiter that leaves", async () => {
    const pool = new FifoPool(["a"]);
    await pool.acquire(never);
    const client = new AbortController();
    const waiting = pool.acquire(client.signal);
    client.abort();
    await expect(waiting).rejects.toThrow("aborted");
    expect(pool.waiting).toBe(0);
    pool.release("a");
    expect(await pool.acquire(never)).toBe("a");
  });

  it("lets the taker choose among what is free", async () => {
    const pool = new FifoPool(["a", "b", "c"]);
    expect(await pool.acquire(never, (free) => free.indexOf("b"))).toBe("b");
    expect(await pool.acquire(never)).toBe("a");
  });
});
