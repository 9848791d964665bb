import { expect, it } from "vitest";
import { isRemoteName } from "../../../src/models/remote-model.ts";

it.each([
  "gpt-oss:120b-cloud",
  "kimi-k2:cloud",
  "Qwen3-Coder:480B-CLOUD",
  "x:Cloud ",
  "x: cloud",
  "x:20b:\tcloud\u0085",
])("%s runs elsewhere", (model) => {
  expect(isRemoteName(model)).toBe(true);
});

it.each([
  "cloud",
  "st-cloud",
  "me-cloud/x:7b",
  "host:80/x-cloud",
  "cloud:7b",
  "llama3.2",
  "cloudy:latest",
  "x:cloud-7b",
  "",
])("%s runs on the server", (model) => {
  expect(isRemoteName(model)).toBe(false);
});
