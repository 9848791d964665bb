import { describe, expect, it } from "vitest";
import { readTarget, withPrefix } from "../../../src/http/request-target.ts";

const NO_PROJECT = { refusal: undefined, prefix: "", project: undefined };

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
    expect(readTarget(raw)).toEqual({ ...NO_PROJECT, path, forwarded: raw });
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
    expect(readTarget(raw)).toEqual({ ...NO_PROJECT, path, forwarded });
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
  it.each(["/a", "//", "/%61", "%2F", "/v1/models/%2F", ";", "/.", "/project/a", "/project/%2F"])(
    "reads what is as long as a head may be: %s and again",
    (part) => {
      const { path } = readTarget(`/${part.repeat(500_000 / part.length)}`);
      expect(path.startsWith("/")).toBe(true);
    },
  );
});

describe("a project before the path", () => {
  it.each([
    ["/project/a/api/chat", "a", "/api/chat", "/api/chat"],
    ["/project/a/api/v1/chat?x=1", "a", "/api/v1/chat", "/api/v1/chat?x=1"],
    ["/project/a", "a", "/", "/"],
    ["/project/a/", "a", "/", "/"],
    ["/project/a?x", "a", "/", "/?x"],
    ["/project/a//v1//models", "a", "/v1/models", "/v1/models"],
    ["//project/a/v1/models", "a", "/v1/models", "/v1/models"],
    ["http://h:1/project/a/v1/models", "a", "/v1/models", "/v1/models"],
    ["/project/a/v1/models/b%2Fc", "a", "/v1/models/b/c", "/v1/models/b%2Fc"],
    ["/project/.a/api/chat", ".a", "/api/chat", "/api/chat"],
    ["/project/api/chat", "api", "/chat", "/chat"],
    ["/project/a/projects/b", "a", "/projects/b", "/projects/b"],
    ["/project//api/chat", "", "/api/chat", "/api/chat"],
    ["/project", "", "/", "/"],
  ])("%s is of %j", (raw, project, path, forwarded) => {
    const prefix = `/project/${project}`;
    expect(readTarget(raw)).toEqual({ path, forwarded, refusal: undefined, prefix, project });
  });

  it.each([
    ["/project/b%2Fc/api/chat", "b/c", "/project/b%2Fc"],
    ["/%70roject/%61/api/chat", "a", "/project/a"],
    ["/%70%72%6f%6A%65%63%74/a@b:c/api/chat", "a@b:c", "/project/a@b:c"],
    ["/project/a%40b/api/chat", "a@b", "/project/a@b"],
    ["/project/a%20b/api/chat", "a b", "/project/a%20b"],
    ["/project/%2e%2e/api/chat", "..", "/project/.."],
    // Not a name, which is told in the dialect of what stands behind it.
    ["/project/%ff/api/chat", "%ff", "/project/%ff"],
    ["/project/a;b/api/chat", "a;b", "/project/a%3Bb"],
  ])("%s is of %s, and read as %s", (raw, project, prefix) => {
    const read = { path: "/api/chat", forwarded: "/api/chat", refusal: undefined };
    expect(readTarget(raw)).toEqual({ ...read, prefix, project });
  });

  it.each(["/projects/a", "/Project/a", "/api/project/a/chat", "/projec%54/a", "/project%2Fa/x"])(
    "%s has none",
    (raw) => {
      expect(readTarget(raw)).toMatchObject({ prefix: "", project: undefined });
    },
  );

  it("is refused with another one in it, in the dialect of what stands behind both", () => {
    const { refusal, path, prefix } = readTarget("/project/a/%70roject//v1/models");
    expect(refusal).toMatch(/^The path names more than one/);
    expect([path, prefix]).toEqual(["/v1/models", "/project/a/project/"]);
  });

  it.each(["/project/a/api/../chat", "/project/a/api%2Fchat", "/project/a/api\\chat"])(
    "%s is refused as it would be without",
    (raw) => {
      expect(readTarget(raw).refusal).toMatch(/^The path /);
    },
  );
});

it.each([
  ["/api/tags", "/project/a/api/tags"],
  ["//elsewhere/api/tags", "//elsewhere/api/tags"],
  ["http://elsewhere/api/tags", "http://elsewhere/api/tags"],
  ["tags", "tags"],
])("a redirect to %s leads a client with a project to %s", (location, expected) => {
  expect(withPrefix(location, "/project/a")).toBe(expected);
  expect(withPrefix(location, "")).toBe(location);
});
