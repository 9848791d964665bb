import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../src/runtime/paths.ts";
import { isAllowed } from "../support/allowed-differences.ts";
import { valuesOf, type Header } from "../support/http-wire.ts";
import { connectRaw, type RawAnswer } from "../support/raw-client.ts";
import { MARK } from "../support/recording-upstream.ts";
import { nothingIsHeld, ollamaHeaders, openLine, type Line } from "../support/through-gateway.ts";

const JSON_TYPE = ollamaHeaders("application/json; charset=utf-8");

/** Sends a request that the service answers itself. */
async function refused(line: Line, method: string, headers: Header[]): Promise<RawAnswer> {
  const client = await connectRaw(line.gateway.url);
  const answer = client.ask({ method, target: "/api/tags", headers, bare: true });
  expect(await answer.ended()).toBe("complete");
  expect(line.upstream.requests).toHaveLength(0);
  return answer;
}

/** Sends a request that passes, and answers it. */
async function passed(line: Line, method: string, headers: Header[]): Promise<RawAnswer> {
  const client = await connectRaw(line.gateway.url);
  const all: Header[] = [[MARK, "1"], ...headers];
  const answer = client.ask({ method, target: "/api/tags", headers: all, bare: true });
  const received = await line.upstream.next();
  expect(received.header("origin")).toBeUndefined();
  expect(received.header("host")).toBe(line.upstream.host);
  received.answer("200 OK", JSON_TYPE, "{}");
  expect(await answer.ended()).toBe("complete");
  return answer;
}

const hostOf = (line: Line): string => new URL(line.gateway.url).host;
const from = (line: Line, origin: string): Header[] => [
  ["Host", hostOf(line)],
  ["Origin", origin],
];

describe("origins", () => {
  it.each([
    "http://localhost",
    "https://localhost:3000",
    "http://127.0.0.1:8080",
    "https://0.0.0.0",
    "app://obsidian.md",
    "file://",
    "tauri://localhost",
    "vscode-webview://1a2b",
    "vscode-file://vscode-app",
  ])("of Ollama's own list get themselves echoed: %s", async (origin) => {
    const answer = await answerTo(origin);
    expect(valuesOf(answer.headers, "access-control-allow-origin")).toEqual([origin]);
    expect(answer.header("vary")).toBe("Origin");
    expect(answer.header("access-control-allow-credentials")).toBeUndefined();
  });

  it.each(["https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.2:80"])(
    "of strangers are refused, whatever the method: %s",
    async (origin) => {
      const line = await openLine();
      for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
        const answer = await refused(line, method, [
          ...from(line, origin),
          ["Content-Length", "0"],
        ]);
        expect(answer.status).toBe(403);
        expect(answer.header("access-control-allow-origin")).toBeUndefined();
        expect(JSON.parse(answer.text)).toMatchObject({ code: "origin_not_allowed" });
      }
      await nothingIsHeld(line);
    },
  );

  it("that are the service itself, or none, get no CORS headers", async () => {
    const line = await openLine();
    const own = await passed(line, "GET", from(line, `http://${hostOf(line)}`));
    const none = await passed(line, "GET", [["Host", hostOf(line)]]);
    const empty = await passed(line, "GET", from(line, ""));
    for (const answer of [own, none, empty]) {
      expect(answer.headers.map(([name]) => name.toLowerCase()).join()).not.toContain("access-");
      expect(answer.header("vary")).toBeUndefined();
    }
  });

  it("that OLLAMA_ORIGINS names get in beside the built-in ones", async () => {
    const origins = "https://app.example,http://*.lan:8080";
    const line = await openLine({ OLLAMA_ORIGINS: origins });
    for (const origin of ["https://app.example", "http://a.lan:8080", "http://localhost:1"]) {
      const answer = await passed(line, "GET", from(line, origin));
      expect(answer.header("access-control-allow-origin")).toBe(origin);
    }
    line.upstream.requests.length = 0;
    const answer = await refused(line, "GET", from(line, "https://app.example.evil"));
    expect(answer.status).toBe(403);
  });

  it("are all let in by *, which no answer's Vary then speaks of", async () => {
    const line = await openLine({ OLLAMA_ORIGINS: "*" });
    const answer = await passed(line, "GET", from(line, "https://any.example"));
    expect(valuesOf(answer.headers, "access-control-allow-origin")).toEqual(["*"]);
    expect(answer.header("vary")).toBeUndefined();
  });
});

/** Names in the rows of the documented headers that go in this direction. */
function documentedHeaders(direction: "request" | "answer"): string[] {
  const page = readFileSync(join(projectRoot, "docs/routes.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.split("|")[2]?.trim() === direction);
  return rows.flatMap((row) =>
    [...(row.split("|")[1] ?? "").matchAll(/`([\w-]+)`/g)].map(([, name = ""]) => name),
  );
}

it("an answer lets pages read every header that is promised", async () => {
  const line = await openLine();
  const answer = await passed(line, "GET", from(line, "http://localhost:3000"));
  const exposed = answer.header("access-control-expose-headers")?.split(",");
  const promised = documentedHeaders("answer");
  expect(promised).toContain("Server-Timing");
  expect(exposed).toEqual(expect.arrayContaining(promised));
});

describe("a preflight", () => {
  it("is answered 204 for any path, with what browsers ask for", async () => {
    const line = await openLine();
    const answer = await refused(line, "OPTIONS", [
      ...from(line, "http://localhost:3000"),
      ["Access-Control-Request-Method", "POST"],
      ["Access-Control-Request-Headers", "content-type"],
    ]);
    expect(answer.head?.startLine).toBe("HTTP/1.1 204 No Content");
    expect(answer.header("access-control-allow-origin")).toBe("http://localhost:3000");
    expect(answer.header("access-control-allow-methods")).toBe(
      "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS",
    );
    const allowed = answer.header("access-control-allow-headers")?.split(",") ?? [];
    for (const name of ["Authorization", "Content-Type", "X-Stainless-Retry-Count"]) {
      expect(allowed).toContain(name);
    }
    expect(answer.header("access-control-max-age")).toBe("43200");
    const vary = valuesOf(answer.headers, "vary").join(", ").split(/, ?/).toSorted();
    const asked = ["Access-Control-Request-Headers", "Access-Control-Request-Method", "Origin"];
    expect(vary).toEqual(asked);
    await nothingIsHeld(line);
  });

  const preflight = async (asked: string): Promise<string[]> => {
    const line = await openLine();
    const answer = await refused(line, "OPTIONS", [
      ...from(line, "http://localhost:3000"),
      ["Access-Control-Request-Method", "POST"],
      ["Access-Control-Request-Headers", asked],
    ]);
    const allowed = answer.header("access-control-allow-headers") ?? "";
    return allowed.toLowerCase().split(",");
  };

  it.each([
    [
      "the documented request headers",
      `${documentedHeaders("request").join()},authorization,cache-control,content-type,x-request-id`,
    ],
    [
      "OpenAI's client",
      "authorization,content-type,openai-beta,openai-organization,openai-project,x-stainless-arch," +
        "x-stainless-custom-poll-interval,x-stainless-helper-method,x-stainless-lang,x-stainless-os," +
        "x-stainless-package-version,x-stainless-poll-helper,x-stainless-retry-count," +
        "x-stainless-runtime,x-stainless-runtime-version,x-stainless-timeout",
    ],
    ["a later one", "x-stainless-mood,X-Stainless-Raw-Response"],
    [
      "Anthropic's client",
      "anthropic-beta,anthropic-dangerous-direct-browser-access,anthropic-version,content-type," +
        "x-api-key,x-stainless-helper,x-stainless-lang",
    ],
  ])("allows what is sent by %s", async (_client, asked) => {
    const names = asked.toLowerCase().split(",");
    expect(await preflight(asked)).toEqual(expect.arrayContaining(names));
  });

  it("does not repeat whatever it is asked for", async () => {
    const allowed = await preflight("x-evil,x-stainless-a b,x-stainless-é");
    expect(allowed.filter((name) => /evil|a b|é/.test(name))).toEqual([]);
  });

  it("without an origin is the server's to answer at an address, and 204 at a name", async () => {
    const line = await openLine();
    const named = await refused(line, "OPTIONS", [["Host", "localhost"]]);
    expect(named.status).toBe(204);
    const answer = await passed(line, "OPTIONS", [["Host", hostOf(line)]]);
    expect(answer.status).toBe(200);
  });
});

describe("hosts", () => {
  it.each(["localhost", "LOCALHOST:11434", "127.0.0.1", "[::1]:80", "10.1.2.3", "box.local"])(
    "that are this machine pass: %s",
    async (host) => {
      const line = await openLine();
      expect((await passed(line, "GET", [["Host", host]])).status).toBe(200);
    },
  );

  it.each(["evil.example", "evil.example:11434", "8.8.8.8", "localhost.evil.example"])(
    "that are not are refused, against DNS rebinding: %s",
    async (host) => {
      const line = await openLine();
      const answer = await refused(line, "GET", [["Host", host]]);
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toMatchObject({ code: "host_not_allowed" });
      await nothingIsHeld(line);
    },
  );

  it("that ALLOWED_HOSTS names pass too", async () => {
    const line = await openLine({ ALLOWED_HOSTS: "*.corp.example" });
    expect((await passed(line, "GET", [["Host", "ai.corp.example"]])).status).toBe(200);
  });

  it("may be left out by HTTP/1.0, where the runtime can do without", async () => {
    const { client, upstream } = await openLine();
    const headers: Header[] = [[MARK, "1"]];
    const answer = client.ask({
      method: "GET",
      target: "/api/tags",
      headers,
      bare: true,
      version: "1.0",
    });
    if (isAllowed("request without a host")) {
      expect(await answer.ended()).toBe("complete");
      expect(answer.status).toBe(400);
      return;
    }
    (await upstream.next()).answer("200 OK", JSON_TYPE, "{}");
    expect(await answer.ended()).toBe("complete");
    expect(answer.text).toBe("{}");
  });

  it("are not looked at when the service is bound to every address", async () => {
    const env = { API_HOST: "0.0.0.0", ALLOW_UNAUTHENTICATED: "true" };
    const line = await openLine(env);
    expect((await passed(line, "GET", [["Host", "evil.example"]])).status).toBe(200);
  });
});

async function answerTo(origin: string): Promise<RawAnswer> {
  const line = await openLine();
  return passed(line, "GET", from(line, origin));
}
