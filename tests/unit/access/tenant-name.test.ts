import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyNames } from "../../../src/access/key-names.ts";
import { PROJECT_NAME, tenantOfAddress, TenantNames } from "../../../src/access/tenant-name.ts";
import { readTarget } from "../../../src/http/request-target.ts";

type Headers = Record<string, string>;

const EMAIL = "x-user-email";
const USER = "x-user-name";
const keys = new KeyNames({ secret: Buffer.alloc(32, 7) });
const names = new TenantNames({ headers: [EMAIL, USER], keys });
const withoutKeys = new TenantNames({ headers: [EMAIL, USER] });

function asked(headers: Headers, target = "/api/chat") {
  return { target: readTarget(target), header: (name: string) => headers[name] };
}

const KEY = { authorization: "Bearer sk-of-one-client" };
const nameOfKey = keys.of(asked(KEY)) ?? "none";

describe("the first of these that names somebody counts", () => {
  const project = { "x-project-name": "by-header" };
  const email = { [EMAIL]: "ada@example.org" };
  const user = { [USER]: "ada" };
  const url = "/project/by-url/api/chat";

  it.each<[string, Headers, string | undefined, string | undefined]>([
    ["the project's header", { ...project, ...email, ...user, ...KEY }, url, "by-header"],
    ["a header of the list", { ...email, ...user, ...KEY }, url, "ada@example.org"],
    ["a later header of it", { ...user, ...KEY }, url, "ada"],
    ["the URL", KEY, url, "by-url"],
    ["the key", KEY, undefined, nameOfKey],
    ["nothing: the address does", {}, undefined, undefined],
    ["empty ones name nobody", { "x-project-name": "", [EMAIL]: "" }, undefined, undefined],
    ["not an empty one but the URL", { "x-project-name": "", [EMAIL]: "" }, url, "by-url"],
  ])("%s", (_what, headers, target, expected) => {
    expect(names.projectOf(asked(headers, target))).toBe(expected);
  });

  it("keys and further headers only where the operator wants that", () => {
    const headers = { ...email, ...user, ...KEY };
    expect(new TenantNames().projectOf(asked(headers))).toBeUndefined();
    expect(withoutKeys.projectOf(asked(KEY))).toBeUndefined();
  });
});

const refusal = expect.objectContaining({ code: "invalid_project_name", status: 400 });

describe("X-Project-Name", () => {
  it.each(["a", "team/app@v1.2_x-y:z", "..", "x".repeat(64)])("takes the name %s", (name) => {
    expect(names.projectOf(asked({ "x-project-name": name }))).toBe(name);
  });

  it.each(["x".repeat(65), "a b", "a,b", "naïve", "a\nb", 'a"b', " a", "[10.0.0.1]"])(
    "refuses %j",
    (name) => {
      expect(() => names.projectOf(asked({ "x-project-name": name }))).toThrow(refusal);
    },
  );

  it("refuses a key's own name, where keys have names", () => {
    const taken = { "x-project-name": nameOfKey };
    expect(() => names.projectOf(asked(taken))).toThrow(refusal);
    expect(withoutKeys.projectOf(asked(taken))).toBe(nameOfKey);
    expect(names.projectOf(asked({ "x-project-name": "key:board" }))).toBe("key:board");
  });
});

describe("a project in the URL", () => {
  it.each([
    ["/project/a/api/chat", "a"],
    ["/project/team%2Fapp/v1/models", "team/app"],
    ["/project/ada@example.org:1", "ada@example.org:1"],
    ["/project/ada%40example.org/", "ada@example.org"],
    [`/project/${"x".repeat(64)}/v1`, "x".repeat(64)],
  ])("%s is %s", (target, expected) => {
    expect(names.projectOf(asked({}, target))).toBe(expected);
  });

  it.each([
    "/project",
    "/project/",
    "/project//api/chat",
    "/project/./api/chat",
    "/project/../api/chat",
    "/project/%2e%2e/api/chat",
    "/project/a%2F../api/chat",
    "/project/a%2F%2Fb/api/chat",
    "/project/%2Fa/api/chat",
    "/project/a%2F/api/chat",
    "/project/a%252Fb/api/chat",
    "/project/a%5Cb/api/chat",
    "/project/a;b/api/chat",
    "/project/a%00/api/chat",
    "/project/%ff/api/chat",
    "/project/%/api/chat",
    "/project/a%20b/api/chat",
    "/project/%5B10.0.0.1%5D/api/chat",
    `/project/${"x".repeat(65)}/v1`,
    `/project/${nameOfKey}/v1`,
  ])("%s is refused, also where a header names another", (target) => {
    expect(() => names.projectOf(asked({}, target))).toThrow(refusal);
    expect(() => names.projectOf(asked({ "x-project-name": "a" }, target))).toThrow(refusal);
  });
});

describe("a header of the list", () => {
  const named = (value: string): string | undefined => names.projectOf(asked({ [USER]: value }));

  it.each([
    ["a1b2-c3", "a1b2-c3"],
    ["ada@example.org", "ada@example.org"],
    // What is not ASCII is written as in a URL.
    ["ada%40example.org", "ada@example.org"],
    ["Ada Lovelace", "Ada_Lovelace:7674021617159190"],
    ["%C3%9Cml%C3%A4ut x", "_ml_ut_x:f784578700355d70"],
    ["100%", "100_:32e48995f98ce3b7"],
  ])("%s names %s", (value, expected) => {
    expect(named(value)).toBe(expected);
  });

  it("gives whatever stands there a project's name, another one for another text", () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "binary" }), (value) => {
        fc.pre(!value.includes("%"));
        const name = named(value) ?? "";
        expect(name).toMatch(PROJECT_NAME);
        expect(seen.get(name) ?? value).toBe(value);
        seen.set(name, value);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps those apart that a name cannot tell apart", () => {
    const alike = ["a b", "a_b", "a\tb", "a+b", `${"x".repeat(80)}1`, `${"x".repeat(80)}2`];
    expect(new Set(alike.map(named)).size).toBe(alike.length);
  });

  it("is nobody's address and nobody's key", () => {
    for (const value of ["[10.0.0.1]", "%5B10.0.0.1%5D", nameOfKey]) {
      expect(named(value)).not.toBe(tenantOfAddress("10.0.0.1"));
      expect(named(value)).not.toBe(nameOfKey);
    }
  });
});

it("no client comes to another's address or key, whatever it sends", () => {
  const victim = { address: tenantOfAddress("10.0.0.1"), key: nameOfKey };
  const stolen = [
    victim.address,
    victim.key,
    KEY.authorization,
    encodeURIComponent(victim.address),
  ];
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.stringMatching(PROJECT_NAME),
    fc.constantFrom(...stolen),
  );
  const headers = fc.record(
    {
      "x-project-name": text,
      [EMAIL]: text,
      [USER]: text,
      authorization: text.map((key) => `Bearer ${key}`),
      "x-api-key": text,
    },
    { requiredKeys: [] },
  );
  const target = text.map((name) => `/project/${name}/api/chat`);
  let came = 0;
  fc.assert(
    fc.property(headers, fc.option(target), (sent, url) => {
      let project: string | undefined;
      try {
        project = names.projectOf(asked(sent, url ?? "/api/chat"));
      } catch {
        return;
      }
      if (project === undefined) return;
      came += 1;
      expect(project).toMatch(PROJECT_NAME);
      expect(Object.values(victim)).not.toContain(project);
    }),
    { numRuns: 3000 },
  );
  expect(came).toBeGreaterThan(500);
});
