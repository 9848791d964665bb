import { expect, it } from "vitest";
import { Leavers } from "../../../src/http/leavers.ts";

it("tells everyone who still wants to know, once", () => {
  const leavers = new Leavers();
  const told: string[] = [];
  const undo = leavers.add(() => told.push("a"));
  leavers.add(() => told.push("b"));
  leavers.add(() => told.push("c"));
  undo();
  undo();
  leavers.tell();
  leavers.tell();
  expect(told).toEqual(["b", "c"]);
});

it("tells one all the same that another calls off as it is told", () => {
  const leavers = new Leavers();
  const told: string[] = [];
  leavers.add(() => {
    told.push("a");
    undo();
  });
  const undo = leavers.add(() => told.push("b"));
  leavers.tell();
  expect(told).toEqual(["a", "b"]);
});
