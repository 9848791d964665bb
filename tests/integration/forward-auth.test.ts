import { describe, expect, it } from "vitest";
import { jsonRequest } from "../support/raw-client.ts";
import type { Header } from "../support/http-wire.ts";
import { openLine } from "../support/through-gateway.ts";

const SENT: Header[] = [
  ["Authorization", "Bearer secret"],
  ["X-Api-Key", "secret"],
  ["Api-Key", "secret"],
  ["Cookie", "session=secret"],
];

/** The names of the headers above that the inference server was given. */
async function received(
  env: Record<string, string>,
  ask: { target: string; body?: unknown },
): Promise<string[]> {
  const { client, upstream } = await openLine(env);
  const { target, body } = ask;
  const answer =
    body === undefined
      ? client.ask({ method: "GET", target, headers: SENT })
      : client.ask(jsonRequest(target, body, SENT));
  const request = await upstream.next();
  request.answer("200 OK", [["Content-Type", "application/json"]], "{}");
  await answer.ended();
  return SENT.map(([name]) => name).filter((name) => request.header(name) !== undefined);
}

const KEYS = ["Authorization", "X-Api-Key", "Api-Key"];
const CHAT = { target: "/api/chat", body: { model: "fake", messages: [] } };

describe("what a client proves itself with", () => {
  it.each([CHAT, { target: "/api/tags" }, { target: "/v1/chat/completions", body: CHAT.body }])(
    "stays here when the inference server is on this machine: %j",
    async (ask) => {
      expect(await received({}, ask)).toEqual([]);
    },
  );

  it("goes on where FORWARD_AUTH says so, without cookies", async () => {
    expect(await received({ FORWARD_AUTH: "always" }, CHAT)).toEqual(KEYS);
    expect(await received({ FORWARD_AUTH: "always" }, { target: "/api/tags" })).toEqual(KEYS);
  });

  it.each([
    // Which of them the server reads is not certain.
    `{"model":"fake","MODEL":"other"}`,
    "not JSON",
  ])("never goes on with a request whose model cannot be told: %j", async (body) => {
    expect(await received({ FORWARD_AUTH: "always" }, { ...CHAT, body })).toEqual([]);
  });

  it("is spoken of at the start, where it goes on", async () => {
    const passing = await openLine({ FORWARD_AUTH: "always" });
    expect(passing.gateway.said.join("\n")).toContain("FORWARD_AUTH=never");
    const keeping = await openLine();
    expect(keeping.gateway.said.join("\n")).not.toContain("FORWARD_AUTH");
  });
});
