import { describe, expect, it } from "vitest";
import { readTarget } from "../../../src/http/request-target.ts";

describe("readTarget", () => {
  it.each([
    "/",
    "/api/chat",
    "/api/chat/",
    "/v1/models/x:latest",
    "/api/user/keys/AAAA_-=",
    "/a.b/c..d/e.",
    "/api/x?a=//../%2F;#\\",
  ])("leaves %s as it is", (raw) => {
    const [path = ""] = raw.split("?");
    expect(readTarget(raw)).toEqual({ path, forwarded: raw, refusal: undefined });
  });

  it.each([
    ["//api//chat", "/api/chat", "/api/chat"],
    ["//", "/", "/"],
    ["/api/chat//?q=%2F", "/api/chat/", "/api/chat/?q=%2F"],
    ["/%61pi/ch%41t", "/api/chAt", "/api/chAt"],
    ["/.well-known/x", "/.well-known/x", "/.well-known/x"],
    ["/api/d%C3%A9j%c3%a0", "/api/déjà", "/api/d%C3%A9j%C3%A0"],
    ["/api/a%20b|", "/api/a b|", "/api/a%20b%7C"],
    ["/api/blobs/sha256%3A00%2B%24", "/api/blobs/sha256:00+$", "/api/blobs/sha256:00+$"],
    ["/api/v1/models/pull/a%2Fb", "/api/v1/models/pull/a/b", "/api/v1/models/pull/a%2Fb"],
    ["/v1/models/library%2Fx", "/v1/models/library/x", "/v1/models/library%2Fx"],
    [
      "/api/v1/models/a%2Fb%2fc:1/show",
      "/api/v1/models/a/b/c:1/show",
      "/api/v1/models/a%2Fb%2Fc:1/show",
    ],
    ["http://h/api/chat", "/api/chat", "/api/chat"],
    ["http://h:1?x", "/", "/?x"],
    ["https://u:p@h//api/chat", "/api/chat", "/api/chat"],
  ])("reads %s as %s and passes on %s", (raw, path, forwarded) => {
    expect(readTarget(raw)).toEqual({ path, forwarded, refusal: undefined });
  });

  it.each([
    "*",
    "",
    "?x",
    "api/chat",
    "ftp://h/x",
    "/api/./chat",
    "/api/..",
    "/%2e/x",
    "/a/%2E%2e/x",
    "/api%2Fchat",
    "/v1/models%2Fx",
    "/v1/models/x/a%2Fb",
    "/v1/models/..%2Fx",
    "/v1/models/x%2F%2Fy",
    "/v1/models/x%2F.",
    "/x/v1/models/a%2Fb",
    "/v1/models/pull/a%2Fb",
    "/api/v1/models/pull/..%2Fa",
    "/api/a%2525b",
    "/api/a%5Cb",
    "/api\\chat",
    "/api/chat;x",
    "/api/chat%3B",
    "/api/chat%00",
    "/api/chat%0A",
    "/api/chat%C2%85",
    "/api/chat%3Fx",
    "/api/chat#x",
    "/api/chat%23",
    "/api/%",
    "/api/%zz",
    "/api/%C0%AF",
    "/api/%ff",
  ])("refuses %j", (raw) => {
    expect(readTarget(raw).refusal).toMatch(/^The path /);
  });

  // Quadratic work would take minutes, and the test's time would end.
  it.each(["/a", "//", "/%61", "%2F", "/v1/models/%2F", ";", "/."])(
    "reads what is as long as a head may be: %s and again",
    (part) => {
      const { path } = readTarget(`/${part.repeat(500_000 / part.length)}`);
      expect(path.startsWith("/")).toBe(true);
    },
  );
});
