import { describe, expect, it } from "vitest";
import { type RegistryAddress, RegistryClient } from "../../../models/registry/client.ts";
import type { WebRequest } from "../../../models/registry/direct-request.ts";

type Answers = Record<string, (request: WebRequest) => Response>;

/** A client of a web that has these answers and no others. */
function client(answers: Answers, address: Partial<RegistryAddress> = {}) {
  const asked: string[] = [];
  const web = async (url: URL, request: WebRequest) => {
    asked.push(url.href);
    const answer = answers[url.href];
    if (!answer) throw new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") });
    return answer(request);
  };
  const whole = { host: "reg.test", scheme: undefined, insecure: false, ...address };
  const registry = new RegistryClient({ address: whole, web });
  const { signal } = new AbortController();
  return { asked, get: (path: string) => registry.get(path, { signal }) };
}

const redirect = (location: string) => () =>
  new Response("", { status: 307, headers: { location } });
const fine = () => new Response("fine");

describe("a registry's client", () => {
  it("does not follow from https to http unless it may be insecure", async () => {
    const answers = {
      "https://reg.test/x": redirect("http://cdn.test/x"),
      "http://cdn.test/x": fine,
    };
    await expect(client(answers).get("/x")).rejects.toThrow(
      "reg.test redirects to http://cdn.test/x, which is not followed",
    );
    await expect(client(answers, { insecure: true }).get("/x")).resolves.toMatchObject({
      status: 200,
    });
  });

  it("follows a redirect that is relative", async () => {
    const { get, asked } = client({
      "https://reg.test/a/x": redirect("../b/y"),
      "https://reg.test/b/y": fine,
    });
    await get("/a/x");
    expect(asked).toEqual(["https://reg.test/a/x", "https://reg.test/b/y"]);
  });

  it("tries http only where it may be insecure, and stays with what has worked", async () => {
    const answers = { "http://reg.test/x": fine };
    await expect(client(answers).get("/x")).rejects.toThrow(
      "https://reg.test cannot be reached: ECONNREFUSED",
    );
    const { get, asked } = client(answers, { insecure: true });
    await get("/x");
    await get("/x");
    expect(asked).toEqual(["https://reg.test/x", "http://reg.test/x", "http://reg.test/x"]);
  });

  const wantsToken =
    (realm: string) =>
    ({ headers }: WebRequest) =>
      headers["authorization"] === "Bearer t1"
        ? fine()
        : new Response("", {
            status: 401,
            headers: { "www-authenticate": `Bearer realm="${realm}",service="s",scope="p"` },
          });

  it("fetches a token once, and uses it from then on", async () => {
    const token = "https://auth.test/token?service=s&scope=p";
    const { get, asked } = client({
      "https://reg.test/x": wantsToken("https://auth.test/token"),
      [token]: () => Response.json({ access_token: "t1" }),
    });
    await get("/x");
    await get("/x");
    expect(asked).toEqual([
      "https://reg.test/x",
      token,
      "https://reg.test/x",
      "https://reg.test/x",
    ]);
  });

  it.each<[string, Answers, string | RegExp]>([
    [
      "a token that is not taken",
      {
        "https://reg.test/x": wantsToken("https://auth.test/"),
        "https://auth.test/?service=s&scope=p": () => Response.json({ token: "other" }),
      },
      "unauthorized: access denied",
    ],
    [
      "a token service that gives none",
      {
        "https://reg.test/x": wantsToken("https://auth.test/"),
        "https://auth.test/?service=s&scope=p": () => new Response("<html>"),
      },
      "the registry's token service gave no token",
    ],
    [
      "a token service without TLS",
      { "https://reg.test/x": wantsToken("http://auth.test/") },
      /redirects to http:\/\/auth.test\/, which is not followed/,
    ],
    [
      "another way to sign in",
      {
        "https://reg.test/x": () =>
          new Response("", { status: 401, headers: { "www-authenticate": "Basic" } }),
      },
      "unauthorized: access denied",
    ],
    [
      "a model that is too new",
      { "https://reg.test/x": () => new Response("", { status: 412 }) },
      "412: the model requires a newer version of Ollama",
    ],
    [
      "a complaint, without the words of it",
      { "https://reg.test/x": () => new Response("root:x:0:0", { status: 403 }) },
      /^403: Forbidden$/,
    ],
    [
      "a status that nobody knows",
      { "https://reg.test/x": () => new Response("", { status: 499 }) },
      /^499: no known status$/,
    ],
    [
      "nothing",
      { "https://reg.test/x": () => new Response("", { status: 404 }) },
      "file does not exist",
    ],
  ])("says what went wrong with %s", async (_what, answers, reason) => {
    await expect(client(answers).get("/x")).rejects.toThrow(reason);
  });

  it("says how long a busy registry asks to wait, within reason", async () => {
    const busy = (seconds: string) =>
      client({
        "https://reg.test/x": () =>
          new Response("", { status: 429, headers: { "retry-after": seconds } }),
      }).get("/x");
    await expect(busy("7")).rejects.toMatchObject({ retryable: true, waitMs: 7_000 });
    await expect(busy("99999")).rejects.toMatchObject({ waitMs: 60_000 });
    await expect(busy("Wed, 21 Oct 2015 07:28:00 GMT")).rejects.toMatchObject({ waitMs: 0 });
  });
});
