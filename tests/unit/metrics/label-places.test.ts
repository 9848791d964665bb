import { describe, expect, it } from "vitest";
import { LabelPlaces } from "../../../src/metrics/label-places.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Two places on a clock that the test moves. */
function twoPlaces() {
  const clock = { now: 0 };
  const left: string[] = [];
  const places = new LabelPlaces({
    most: 2,
    onLeave: (name) => left.push(name),
    now: () => clock.now,
  });
  return { places, clock, left };
}

describe("the places of labels", () => {
  it("are given to the first names, which keep them while others are used less", () => {
    const { places, left } = twoPlaces();
    expect(places.used("a", 10)).toBe("a");
    expect(places.used("b", 10)).toBe("b");
    expect(places.used("c", 5)).toBe("other");
    expect(places.labelOf("b")).toBe("b");
    expect(places.labelOf("c")).toBe("other");
    expect(left).toEqual([]);
  });

  it("are taken over by a name that was used more than twice as much as the least", () => {
    const { places, left } = twoPlaces();
    places.used("a", 100);
    places.used("b", 10);
    expect(places.used("c", 20)).toBe("other");
    expect(places.used("c", 1)).toBe("c");
    expect(left).toEqual(["b"]);
    expect(places.used("b", 1)).toBe("other");
  });

  it("change hands once a minute at most", () => {
    const { places, clock, left } = twoPlaces();
    places.used("a", 1);
    places.used("b", 1);
    places.used("c", 100);
    expect(places.used("d", 100)).toBe("other");
    clock.now += MINUTE;
    expect(places.used("d", 1)).toBe("d");
    expect(left).toEqual(["a", "b"]);
  });

  it("are free at once for whoever is used where a name was only refused", () => {
    const { places, left } = twoPlaces();
    for (const name of ["invented-1", "invented-2", "invented-3"]) places.used(name, 0);
    expect(places.used("c", 1)).toBe("c");
    expect(places.used("d", 1)).toBe("d");
    expect(left).toEqual(["invented-1", "invented-2"]);
    expect(places.used("invented-1", 0)).toBe("other");
  });

  it("forget by half in an hour what was used", () => {
    const { places, clock } = twoPlaces();
    places.used("a", 1000);
    places.used("b", 1000);
    clock.now += 3 * HOUR;
    expect(places.used("c", 240)).toBe("other");
    expect(places.used("c", 11)).toBe("c");
  });

  it("remember at most 500 names that have none", () => {
    const { places } = twoPlaces();
    places.used("a", 100);
    places.used("b", 100);
    places.used("c", 199);
    for (let i = 0; i < 500; i += 1) places.used(`invented-${i}`, 1);
    // It was forgotten, and begins anew.
    expect(places.used("c", 2)).toBe("other");
    expect(places.used("c", 199)).toBe("c");
  });

  it("are not taken by a name that is as the rest is called", () => {
    const { places } = twoPlaces();
    expect(places.used("other", 1000)).toBe("other");
    places.used("a", 1);
    expect(places.used("b", 1)).toBe("b");
  });
});
