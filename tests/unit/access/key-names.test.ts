import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isKey, KEY_NAME, keyName, KeyNames } from "../../../src/access/key-names.ts";

const secret = Buffer.alloc(32, 7);
const sent = (headers: Record<string, string>) => ({ header: (name: string) => headers[name] });
const bearer = (key: string) => sent({ authorization: `Bearer ${key}` });

describe("a key's own name", () => {
  it("is the same for the same key, and another for another key or another service", () => {
    const keys = new KeyNames({ secret });
    const name = keys.of(bearer("sk-one"));
    expect(name).toBe("key:593a2ec16bec1c69");
    expect(keys.of(bearer("sk-one"))).toBe(name);
    expect(keys.of(bearer("sk-two"))).not.toBe(name);
    expect(new KeyNames({ secret: Buffer.alloc(32, 8) }).of(bearer("sk-one"))).not.toBe(name);
  });

  it("has nothing of the key in it", () => {
    const keys = new KeyNames({ secret });
    fc.assert(
      fc.property(fc.string({ minLength: 4 }), (key) => {
        fc.pre(isKey(key.trim()));
        expect(keys.of(sent({ "x-api-key": key.trim() }))).toMatch(KEY_NAME);
      }),
    );
  });

  it("is made anew once many others have come, and for a key of any length", () => {
    const keys = new KeyNames({ secret });
    const first = keys.of(bearer("sk-one"));
    const others = Array.from({ length: 5000 }, (_, i) => keys.of(bearer(`sk-other-${i}`)));
    expect(new Set([first, ...others]).size).toBe(5001);
    expect(keys.of(bearer("sk-one"))).toBe(first);
    const long = "x".repeat(1_000_000);
    expect(keys.of(bearer(long))).toBe(keyName(long, secret));
  });
});

describe("the key of a request", () => {
  const keys = new KeyNames({ secret });
  const one = keyName("sk-one", secret);

  it.each<Record<string, string>>([
    { authorization: "Bearer sk-one" },
    { authorization: "bearer  sk-one" },
    { "x-api-key": "sk-one" },
    { "api-key": "sk-one" },
    { authorization: "Bearer sk-one", "x-api-key": "sk-two" },
    { authorization: "Bearer", "x-api-key": "sk-one" },
    { authorization: "Bearer none", "x-api-key": "sk-one" },
    { authorization: "Basic c2s6b25l", "x-api-key": "sk-one", "api-key": "sk-two" },
    { "x-api-key": "", "api-key": "sk-one" },
  ])("is found in %j", (headers) => {
    expect(keys.of(sent(headers))).toBe(one);
  });

  it.each<Record<string, string>>([
    {},
    { authorization: "" },
    { authorization: "Bearer" },
    { authorization: "Bearer " },
    { authorization: "Basic c2s6b25l" },
    { authorization: "sk-one" },
    { authorization: "Bearer ollama" },
    { authorization: "Bearer NONE" },
    { "x-api-key": "EMPTY" },
    { "x-api-key": "lm-studio", "api-key": "sk-no-key-required" },
    { cookie: "key=sk-one" },
  ])("is not there in %j", (headers) => {
    expect(keys.of(sent(headers))).toBeUndefined();
  });
});

it("a name that the operator gives takes the place of the key's own, until another is given", () => {
  const own = keyName("sk-one", secret);
  const keys = new KeyNames({ secret, given: new Map([[own, "search"]]) });
  expect(keys.of(bearer("sk-one"))).toBe("search");
  keys.replace(new Map([[own, "reports"]]));
  expect(keys.of(bearer("sk-one"))).toBe("reports");
  keys.replace(new Map());
  expect(keys.of(bearer("sk-one"))).toBe(own);
});
