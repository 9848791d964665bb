import { z } from "@hono/zod-openapi";
import { describe, expect, it } from "vitest";
import {
  generationFields,
  generationHints,
  nativeFields,
  openaiFields,
} from "../../../../../routes/service/contract/generation.ts";

const Native = z.strictObject(nativeFields);
const OpenAI = z.looseObject(openaiFields);
const schema = { type: "object", properties: { a: { type: "number" } } };

describe("the options of a request", () => {
  it.each([
    [{ temperature: "0.5" }, { temperature: 0.5 }],
    [
      { temperature: 0, top_p: "0" },
      { temperature: 0, top_p: 0 },
    ],
    [{ max_tokens: " 12 " }, { max_tokens: 12 }],
    [{ seed: "-3" }, { seed: -3 }],
    [{ stop: "END" }, { stop: ["END"] }],
    [{ stop: ["a", "b"] }, { stop: ["a", "b"] }],
    [{ temperature: null, stop: null, model: null }, {}],
    [{ model: "  m  " }, { model: "m" }],
    [
      { frequency_penalty: -2, presence_penalty: 2 },
      { frequency_penalty: -2, presence_penalty: 2 },
    ],
    [{ keep_alive: -1 }, { keep_alive: -1 }],
  ])("reads %j in both dialects as %j", (input, expected) => {
    expect(Native.parse(input)).toEqual(expected);
    expect(OpenAI.parse(input)).toMatchObject("keep_alive" in input ? {} : expected);
  });

  it.each([
    { temperature: 2.1 },
    { temperature: -0.1 },
    { temperature: "warm" },
    { temperature: "" },
    { temperature: true },
    { top_p: 1.01 },
    { top_k: 0 },
    { top_k: 1.5 },
    { max_tokens: 0 },
    { max_tokens: "Infinity" },
    { max_tokens: "0x10" },
    { seed: "0b1" },
    { temperature: "0x1" },
    { stop: [1] },
    { stream: "yes" },
    { model: "  " },
    { tools: {} },
    { tools: [{ type: "function", function: { name: "" } }] },
    { response_format: { type: "xml" } },
    { response_format: { type: "json_schema" } },
    { format: "xml" },
  ])("refuses %j in both dialects", (input) => {
    expect(Native.safeParse(input).success).toBe(false);
    expect(OpenAI.safeParse(input).success).toBe(false);
  });

  it("refuses an unknown field on native routes, and takes it on OpenAI's", () => {
    const refused = Native.safeParse({ temprature: 1 });
    expect(refused.error?.issues[0]).toMatchObject({ code: "unrecognized_keys" });
    expect(OpenAI.parse({ logit_bias: { 1: 2 } })).toEqual({ logit_bias: { 1: 2 } });
  });

  it("knows POML's sampling fields and Ollama's own on native routes", () => {
    const input = { n: 1, user: "u", tool_choice: "auto", options: { num_ctx: 8 }, think: "high" };
    expect(Native.parse(input)).toEqual(input);
  });

  it("fills in what a tool leaves out", () => {
    const tool = { type: "function", function: { name: "weather" } };
    expect(Native.parse({ tools: [tool] }).tools).toEqual([
      { ...tool, function: { ...tool.function, parameters: {} } },
    ]);
  });
});

describe("generationFields", () => {
  const wrapped = {
    type: "json_schema",
    json_schema: { name: "x", schema, strict: true },
  };

  it.each([
    ["nothing", {}, undefined],
    ["format json", { format: "json" }, "json"],
    ["an empty format", { format: "" }, undefined],
    ["a schema as format", { format: schema }, schema],
    ["JSON mode", { response_format: { type: "json_object" } }, "json"],
    ["OpenAI's wrapped schema", { response_format: wrapped }, schema],
    ["a bare schema", { response_format: { type: "json_schema", json_schema: schema } }, schema],
    ["guided_json", { guided_json: schema }, schema],
    ["guided_json over format", { guided_json: schema, format: "json" }, schema],
    [
      "response_format over both",
      { response_format: { type: "json_object" }, guided_json: schema, format: schema },
      "json",
    ],
    [
      "plain text over all",
      { response_format: { type: "text" }, guided_json: schema, format: "json" },
      undefined,
    ],
  ])("takes %s for the answer's format", (_case, input, format) => {
    expect(generationFields(OpenAI.parse(input))["format"]).toEqual(format);
  });

  it("does not take a schema with a property called schema for a wrapper", () => {
    const bare = { type: "object", schema: { type: "string" } };
    expect(generationFields({ guided_json: bare })).toEqual({ format: bare });
  });

  it("has only what was given", () => {
    expect(generationFields({ tools: [], keep_alive: 0, think: false })).toEqual({
      keep_alive: 0,
      think: false,
    });
    expect(generationFields({ temperature: 0 })).toEqual({
      options: { temperature: 0, top_p: 0.9, top_k: 40, repeat_penalty: 1.1 },
    });
  });
});

it("generationHints keeps what a load has to respect", () => {
  expect(generationHints({ options: { num_ctx: 8, top_k: 1 }, keep_alive: "1h" })).toEqual({
    kind: "generate",
    options: { num_ctx: 8 },
    keepAlive: "1h",
  });
});
