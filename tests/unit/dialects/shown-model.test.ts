import { expect, it } from "vitest";
import { shownModel } from "../../../src/dialects/shown-model.ts";

it.each([
  ["a model", '{"model":"a"}', { model: "a", field: "model", models: ["a"] }],
  ["a name, as older clients say", '{"name":"a"}', { model: "a", field: "name", models: ["a"] }],
  ["both", '{"name":"a","model":"b"}', { model: "b", field: "model", models: ["b", "a"] }],
  ["an empty model", '{"model":"","name":"a"}', { model: "a", field: "name", models: ["", "a"] }],
  ["two", '{"model":"a","MODEL":"b"}', { model: "b", field: "model", models: ["a", "b"] }],
  ["none", '{"model":7,"verbose":true}', { model: "", field: "name", models: [] }],
  [
    "none, where another server may read one",
    '{"model":"a","MODEL":""}',
    { model: "", field: "name", models: ["a", ""] },
  ],
  ["nothing", "", undefined],
])("reads %s", (_what, body, shown) => {
  expect(shownModel(Buffer.from(body))).toEqual(shown);
});
