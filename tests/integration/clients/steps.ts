import { expect } from "vitest";
import { valuesOf, type Header } from "../../support/http-wire.ts";
import type { RawAnswer, RawRequest } from "../../support/raw-client.ts";

/** One request of a client, and what it goes by in the answer. */
export interface Step {
  /** What the client does with it. */
  what: string;
  ask: RawRequest;
  /** Checks the answer as the client does. */
  needs: (answer: RawAnswer) => void;
  /** The model that the service has to know of, or it could not give the request its place. */
  model?: string;
  /** It takes no place of a model's, nor has one loaded. */
  loadsNothing?: true;
  /** The service answers in the server's place: nothing of it arrives there. */
  isRefused?: true;
}

type Body = string | Buffer | object;

/** A request without a body. */
export function bare(method: string, target: string, headers: Header[]): RawRequest {
  return { method, target, headers };
}

/** A request with a body and its length; what is neither text nor bytes is written as JSON. */
export function sending(
  target: string,
  headers: Header[],
  body: Body,
  method = "POST",
): RawRequest {
  const bytes = Buffer.from(
    typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  );
  const length: Header = ["Content-Length", String(bytes.length)];
  return { method, target, headers: [...headers, length], body: bytes };
}

/** A body as Python's json writes it: with a blank behind each comma and colon. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (!(value instanceof Object)) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, of]) => of !== undefined);
  return `{${members.map(([key, of]) => `${JSON.stringify(key)}: ${pythonJson(of)}`).join(", ")}}`;
}

/** An answer of this status with this text, whole. */
export function text(status: number, expected: string): Step["needs"] {
  return (answer) => {
    expect([answer.status, answer.text]).toEqual([status, expected]);
  };
}

/** An answer of this status with this and more in its JSON. */
export function json(status: number, expected: object): Step["needs"] {
  return (answer) => {
    expect(answer.status).toBe(status);
    expect(typeOf(answer)).toBe("application/json");
    expect(JSON.parse(answer.text)).toMatchObject(expected);
  };
}

/** A stream of JSON lines that ends with one like this. */
export function lines(last: object): Step["needs"] {
  return (answer) => {
    expect([answer.status, typeOf(answer)]).toEqual([200, "application/x-ndjson"]);
    const parts = answer.text.split("\n");
    expect(parts.pop()).toBe("");
    const read = parts.map((line) => JSON.parse(line) as unknown);
    expect(read.length).toBeGreaterThan(1);
    expect(read.at(-1)).toMatchObject(last);
  };
}

/** A stream of events without names, of OpenAI's kind, whose texts add up to this. */
export function deltas(expected: string, usage: object): Step["needs"] {
  return (answer) => {
    expect([answer.status, typeOf(answer)]).toEqual([200, "text/event-stream"]);
    const parts = answer.text.split("\n\n").map((event) => event.replace(/^data: /, ""));
    expect(parts.splice(-2)).toEqual(["[DONE]", ""]);
    const chunks = parts.map((data) => JSON.parse(data) as Chunk);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe(expected);
    expect(chunks.some(({ choices }) => choices[0]?.finish_reason === "stop")).toBe(true);
    expect(chunks.at(-1)).toMatchObject({ usage });
  };
}

/** A stream of these events, of which the last but so many are to have this in their data. */
export function events(names: string[], last: object, lastAt = -1): Step["needs"] {
  return (answer) => {
    expect([answer.status, typeOf(answer)]).toEqual([200, "text/event-stream"]);
    const read = [...answer.text.matchAll(/^event: (.*)\ndata: (.*)$/gm)];
    expect(read.map(([, name]) => name)).toEqual(names);
    expect(JSON.parse(read.at(lastAt)?.[2] ?? "")).toMatchObject(last);
  };
}

interface Chunk {
  choices: { delta: { content?: string }; finish_reason: string | null }[];
}

/** The content type, without what follows it. */
function typeOf(answer: RawAnswer): string | undefined {
  return valuesOf(answer.headers, "content-type")[0]?.split(";")[0];
}
