import { describe, expect, it } from "vitest";
import { failureOf, upstreamFailure } from "../../../src/hosts/upstream-failure.ts";

describe("upstreamFailure", () => {
  it.each([
    [400, { error: "bad" }, "invalid_request", "bad"],
    [404, { error: "no such model" }, "model_not_found", "no such model"],
    [413, {}, "upstream_unavailable", "The inference server answered with status 413"],
    [429, { error: "busy" }, "upstream_unavailable", "busy"],
    [500, { error: { message: "boom" } }, "upstream_unavailable", "boom"],
    [502, { error: null }, "upstream_unavailable", "The inference server answered with status 502"],
    [302, { error: 7 }, "upstream_unavailable", "The inference server answered with status 302"],
    [504, {}, "upstream_timeout", "The inference server answered with status 504"],
  ])("takes status %i and %j as %s", (status, body, code, message) => {
    expect(upstreamFailure(status, body)).toMatchObject({ code, message, serverStatus: status });
  });

  it("says of four statuses alone that the request or the time was at fault", () => {
    const statuses = Array.from({ length: 300 }, (_, i) => 300 + i);
    const told = statuses.map((status) => [status, upstreamFailure(status, {}).code]);
    expect(told.filter(([, code]) => code !== "upstream_unavailable")).toEqual([
      [400, "invalid_request"],
      [404, "model_not_found"],
      [408, "upstream_timeout"],
      [504, "upstream_timeout"],
    ]);
  });
});

describe("failureOf", () => {
  async function* bodyOf(text: string) {
    yield Buffer.from(text);
  }

  it("has the server's words", async () => {
    const failure = await failureOf({ status: 404, body: bodyOf('{"error":"no such model"}') });
    expect(failure).toMatchObject({ code: "model_not_found", message: "no such model" });
  });

  it.each(["<h1>Unauthorized</h1>", "", "[]", "null"])(
    "tells the status where the body says nothing that can be read: %j",
    async (body) => {
      expect(await failureOf({ status: 401, body: bodyOf(body) })).toMatchObject({
        code: "upstream_unavailable",
        message: "The inference server answered with status 401",
      });
    },
  );
});
