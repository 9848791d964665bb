import { describe, expect, it } from "vitest";
import type { Exchange } from "../../../http/exchange.ts";
import { Router } from "../../../http/router.ts";

type Sent = { status: number; headers: Record<string, string>; text: string };

async function ask(method: string, path: string): Promise<Sent> {
  const answers: Sent[] = [];
  const exchange = {
    method,
    path,
    parameter: "",
    send: (status: number, headers: Record<string, string>, text = "") =>
      answers.push({ status, headers, text }),
  };
  const served = (found: Exchange) => found.send(200, {}, `served ${found.parameter}`);
  const router = new Router([
    { methods: ["GET", "HEAD"], path: "/", handler: served },
    { methods: ["GET", "HEAD"], path: "/api/tags", handler: served },
    { methods: ["POST"], path: "/api/chat", handler: served },
    { methods: ["GET"], path: "/v1/models/:id", handler: served },
  ]);
  await router.handle(exchange as unknown as Exchange);
  const [answer] = answers;
  if (!answer) throw new Error("no answer");
  return answer;
}

describe("router", () => {
  it("serves exact paths and one-segment parameters", async () => {
    expect(await ask("GET", "/v1/models/smollm2%3A135m")).toMatchObject({
      text: "served smollm2:135m",
    });
    expect(await ask("HEAD", "/api/tags")).toMatchObject({ status: 200 });
    expect(await ask("GET", "/v1/models/a/b")).toMatchObject({ status: 404 });
  });

  it("names what a known path allows", async () => {
    expect(await ask("POST", "/api/tags")).toMatchObject({
      status: 405,
      headers: { allow: "GET, HEAD", "content-type": "text/plain" },
      text: "405 method not allowed",
    });
  });

  it("answers an unknown path in plain text", async () => {
    expect(await ask("GET", "/api/nope")).toMatchObject({
      status: 404,
      text: "404 page not found",
    });
    expect(await ask("GET", "/API/tags")).toMatchObject({ status: 404 });
  });

  it("redirects a trailing slash and an unclean path", async () => {
    expect(await ask("GET", "/api/tags/")).toMatchObject({
      status: 301,
      headers: { location: "/api/tags" },
    });
    expect(await ask("POST", "/api/chat/")).toMatchObject({ status: 307 });
    expect(await ask("GET", "/api//tags")).toMatchObject({
      status: 301,
      headers: { location: "/api/tags" },
    });
    expect(await ask("GET", "/api/chat/")).toMatchObject({ status: 404 });
  });
});
