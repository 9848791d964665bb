import { describe, expect, it } from "vitest";
import { parseChallenge } from "../../../models/registry/challenge.ts";

describe("a challenge", () => {
  it("says where a token is fetched, and for what", () => {
    const header = `Bearer realm="https://auth.test/token",service="reg",scope="a:pull b:pull"`;
    expect(parseChallenge(header)).toEqual({
      realm: "https://auth.test/token",
      query: [
        ["service", "reg"],
        ["scope", "a:pull"],
        ["scope", "b:pull"],
      ],
    });
    expect(parseChallenge(`bearer realm="x"`)).toEqual({ realm: "x", query: [] });
  });

  it.each([null, "", `Basic realm="x"`, `Bearer service="x"`])("of %j is none", (header) => {
    expect(parseChallenge(header)).toBeUndefined();
  });
});
