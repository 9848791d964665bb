import OpenAI from "openai";
import { expect } from "vitest";
import { startService } from "./service.ts";
import { playTurns, type Turn } from "./tool-turns.ts";

/** A tool that takes such arguments. */
export const functionTool = (name: string, parameters: object = { type: "object" }) => ({
  type: "function" as const,
  function: { name, parameters: parameters as Record<string, unknown> },
});
export const WEATHER = functionTool("get_weather", {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
});
export const TIME = functionTool("get_time");

export const ASKED = {
  model: "fake:latest",
  messages: [{ role: "user" as const, content: "What is the weather in Paris?" }],
};

/** The call that a model makes for that, as its server gives it, and as clients are given it. */
export const CALL = { name: "get_weather", arguments: { city: "Paris" } };
export const IN_PARIS = { function: CALL };
export const OURS = {
  id: expect.stringMatching(/^call_[0-9a-f]{8}$/) as string,
  type: "function",
  function: { name: "get_weather", arguments: '{"city":"Paris"}' },
};

/** The service, whose model plays turns, with OpenAI's client. */
export async function playing(...turns: Turn[]) {
  const service = await startService();
  playTurns(service.ollama, ...turns);
  const baseURL = `${service.gateway.url}/api/v1`;
  return { ...service, openai: new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 }) };
}

/** A turn that says a text in pieces. */
export const textTurn = (text: string, more: Partial<Turn> = {}): Turn => ({
  pieces: text.match(/.{1,7}/gs) ?? [],
  ...more,
});
