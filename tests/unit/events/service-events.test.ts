import { describe, expect, it } from "vitest";
import { ServiceEvents } from "../../../src/events/service-events.ts";

describe("events of the service", () => {
  it("reach all who listen, though one of them fails", () => {
    const faults: unknown[] = [];
    const events = new ServiceEvents((err, name) => faults.push([name, (err as Error).message]));
    const told: string[] = [];
    events.on("serverDown", (reason) => void told.push(`first: ${reason}`));
    events.on("serverDown", () => {
      throw new Error("a mistake");
    });
    events.on("serverDown", (reason) => void told.push(`last: ${reason}`));
    events.emit("serverDown", "it ended");
    expect(told).toEqual(["first: it ended", "last: it ended"]);
    expect(faults).toEqual([["serverDown", "a mistake"]]);
  });

  it("reach each who listened when they were told, also where one of them stops listening", () => {
    const events = new ServiceEvents(() => {});
    const told: string[] = [];
    const once = (): void => {
      told.push("once");
      events.off("serverUp", once);
    };
    events.on("serverUp", once);
    events.on("serverUp", () => void told.push("always"));
    events.emit("serverUp");
    events.emit("serverUp");
    expect(told).toEqual(["once", "always", "always"]);
  });
});
