import { describe, expect, it } from "vitest";
import { endedRequest, type EndedRequest } from "../../../src/requests/ended-request.ts";
import { RequestRecord } from "../../../src/requests/request-record.ts";
import {
  hasFailed,
  requestAttributes,
  requestName,
  upstreamAttributes,
  upstreamName,
} from "../../../src/traces/span-attributes.ts";

const line = { method: "POST", path: "/api/chat" };

function ended(more: Partial<EndedRequest> = {}): EndedRequest {
  const record = new RequestRecord("id-1", () => {});
  const end = { status: 200, bytes: 10, complete: true };
  return { ...endedRequest(record, end), route: "POST /api/chat", ...more };
}

describe("a request's name", () => {
  it.each([
    ["its route", {}, line, "POST /api/chat"],
    ["its method where it has no route", { route: undefined }, line, "POST"],
    ["its method where that is not one of the table", { route: "other" }, line, "POST"],
    [
      "one word for all unknown methods",
      { route: undefined },
      { ...line, method: "BREW" },
      "_OTHER",
    ],
    ["that of an item of a batch", {}, undefined, "batch item"],
  ])("is %s", (_what, more, of, name) => {
    expect(requestName(ended(more), of)).toBe(name);
  });
});

describe("a call's name", () => {
  it.each([
    ["chat", "m", "chat m"],
    ["v1 chat", "m", "upstream"],
    ["chat/completions", "m", "chat m"],
    ["batch_vlm", "m", "chat m"],
    ["generate", undefined, "text_completion"],
    ["similarity", "m", "embeddings m"],
    ["tags", undefined, "upstream"],
    [undefined, undefined, "upstream"],
  ])("of %s with %s is %s", (operation, model, name) => {
    expect(upstreamName(ended({ operation, model }))).toBe(name);
  });
});

describe("the failure of a request", () => {
  it.each<[string, Partial<EndedRequest>, boolean, string | undefined]>([
    ["is none of a whole answer", {}, false, undefined],
    ["is none of a client that left", { ended: "client_left", status: 0 }, false, undefined],
    [
      "is the client's where it is refused",
      { ended: "failed", status: 422, errorCode: "validation_error" },
      false,
      "validation_error",
    ],
    ["is its status where it has no code", { ended: "failed", status: 404 }, false, "404"],
    [
      "is the service's from 500 on",
      { ended: "failed", status: 503, errorCode: "queue_full" },
      true,
      "queue_full",
    ],
    ["is that of an answer that broke off", { ended: "failed", status: 200 }, true, "failed"],
    [
      "is a hard stop",
      { ended: "hard_stop", status: 504, errorCode: "request_timeout" },
      true,
      "request_timeout",
    ],
    ["is the stop of the service", { ended: "stopping", status: 200 }, true, "stopping"],
  ])("%s", (_what, more, isError, type) => {
    expect(hasFailed(ended(more))).toBe(isError);
    expect(requestAttributes(ended(more), line)["error.type"]).toBe(type);
  });
});

it("what comes from outside is cut", () => {
  const long = "x".repeat(100_000);
  const attributes = requestAttributes(ended({ project: long }), { method: long, path: long });
  expect(JSON.stringify(attributes).length).toBeLessThan(2000);
  expect(attributes["http.request.method"]).toBe("_OTHER");
});

it("an item of a batch has nothing of HTTP", () => {
  const names = Object.entries(requestAttributes(ended(), undefined))
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  expect(names.filter((name) => /^(http|url)\./.test(name))).toEqual([]);
});

it.each([
  ["http://127.0.0.1:11434", "127.0.0.1", 11434],
  ["https://ollama.example", "ollama.example", 443],
  ["http://ollama.example", "ollama.example", 80],
  [undefined, undefined, undefined],
])("the server of %s is %s at %s", (host, address, port) => {
  const attributes = upstreamAttributes(ended({ host }), false);
  expect([attributes["server.address"], attributes["server.port"]]).toEqual([address, port]);
});
