import { expect, it } from "vitest";
import { startService } from "../support/service.ts";

const GREETING = { status: 200, type: "text/plain; charset=utf-8", says: "Ollama is running" };
const CARD = { status: 200, type: "application/json", says: '"service":"Shared Ollama Service"' };
const PAGE = { status: 302, type: null, says: "", location: "/api/docs" };

it.each([
  ["curl", "*/*", GREETING],
  ["axios", "application/json, text/plain, */*", GREETING],
  ["Python's requests, httpx and Node's fetch", "*/*", GREETING],
  ["Java's URLConnection", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", PAGE],
  ["a client of JSON", "application/json", CARD],
  ["a client of JSON, else of text", "application/json, text/plain;q=0.9, */*;q=0.1", CARD],
  ["a client of text, else of JSON", "text/plain, application/json;q=0.9", GREETING],
  ["one that wants JSON and no text", "application/json, text/*;q=0", CARD],
  ["any application", "application/*", CARD],
  [
    "Firefox",
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    PAGE,
  ],
  ["Chrome", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", PAGE],
  ["Lynx", "text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01", PAGE],
  ["w3m", "text/html, text/*;q=0.5, image/*", PAGE],
  ["jQuery's load", "text/html, */*; q=0.01", PAGE],
  ["a reader of text that would take a page", "text/plain, text/html", GREETING],
  ["one that writes in capitals", "TEXT/HTML", PAGE],
  ["one that wants what there is not", "image/png", GREETING],
  ["one that wants no page", "text/html;q=0, */*", GREETING],
  ["one that wants nothing", "text/html;q=0", GREETING],
  ["one that says nothing", "", GREETING],
  ["one that says nonsense", ";;q=,,/", GREETING],
])("GET / answers %s: %s", async (_client, accept, expected) => {
  const { gateway } = await startService();
  const answer = await gateway.get("/", { headers: { accept }, redirect: "manual" });
  expect(answer.status).toBe(expected.status);
  expect(await answer.text()).toContain(expected.says);
  if ("location" in expected) expect(answer.headers.get("location")).toBe(expected.location);
  else expect(answer.headers.get("content-type")).toContain(expected.type);
});

it("HEAD / is the server's, whatever is accepted", async () => {
  const { gateway } = await startService();
  const answer = await gateway.get("/", { method: "HEAD", headers: { accept: "text/html" } });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, GREETING.type]);
});
