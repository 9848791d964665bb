import { describe, expect, it } from "vitest";
import { LightSignal } from "../../../src/runtime/light-signal.ts";
import { NoWaiters, Waiters } from "../../../src/runtime/waiters.ts";
import { fakeClient } from "../../support/fake-client.ts";

const GONE = new Error("gone");

describe("Waiters", () => {
  it("call the work off when the last one has left, with the reason of that one", () => {
    const waiters = new Waiters();
    const [first, second] = [new LightSignal(), new LightSignal()];
    waiters.join(first);
    waiters.join(second);
    first.abort(new Error("the first"));
    expect([waiters.count, waiters.signal.aborted]).toEqual([1, false]);
    second.abort(GONE);
    expect([waiters.count, waiters.signal.reason]).toEqual([0, GONE]);
  });

  it("call it off, too, when the last one leaves of its own accord", () => {
    const waiters = new Waiters();
    const leave = waiters.join(new LightSignal());
    leave();
    expect(waiters.signal.reason).toBeInstanceOf(NoWaiters);
  });

  it("count one who leaves twice, or leaves and is called off, once", () => {
    const waiters = new Waiters();
    const signal = new LightSignal();
    const leave = waiters.join(signal);
    waiters.join(new LightSignal());
    leave();
    leave();
    signal.abort(GONE);
    expect([waiters.count, waiters.signal.aborted]).toEqual([1, false]);
  });

  it("call nothing off when the work has ended", () => {
    const waiters = new Waiters();
    const signal = new LightSignal();
    const leave = [waiters.join(signal), waiters.join(new LightSignal())];
    waiters.end();
    signal.abort(GONE);
    for (const one of leave) one();
    expect([waiters.count, waiters.signal.aborted]).toEqual([0, false]);
  });

  it("lets one go at once whose signal had aborted before", () => {
    const waiters = new Waiters();
    const signal = new LightSignal();
    signal.abort(GONE);
    waiters.join(new LightSignal());
    waiters.join(signal)();
    expect([waiters.count, waiters.signal.aborted]).toEqual([1, false]);
    const alone = new Waiters();
    alone.join(signal);
    expect(alone.signal.reason).toBe(GONE);
  });

  it("listen to nobody any more who has left", () => {
    const waiters = new Waiters();
    const client = fakeClient();
    const leave = waiters.join(client.signal);
    expect(client.listeners()).toBe(1);
    leave();
    expect(client.listeners()).toBe(0);
  });

  it("all leave when one signal is that of them all", () => {
    const waiters = new Waiters();
    const signal = new LightSignal();
    for (let i = 0; i < 3; i++) waiters.join(signal);
    signal.abort(GONE);
    expect([waiters.count, waiters.signal.reason]).toEqual([0, GONE]);
  });
});
