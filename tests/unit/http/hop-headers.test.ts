import { describe, expect, it } from "vitest";
import { HeaderFilter, isReturned } from "../../../src/http/hop-headers.ts";

describe("hop headers", () => {
  const filter = new HeaderFilter();

  it.each(["Host", "origin", "CONNECTION", "Transfer-Encoding", "te", "proxy-authorization"])(
    "keeps the client's %s from the server",
    (name) => {
      expect(filter.passes(name, "all")).toBe(false);
    },
  );

  it.each(["Content-Type", "accept", "x-stainless-os", "user-agent"])(
    "passes the client's %s on",
    (name) => {
      expect(filter.passes(name, "no-credentials")).toBe(true);
    },
  );

  it.each(["Cookie", "COOKIE"])("never passes a %s on", (name) => {
    expect(filter.passes(name, "all")).toBe(false);
  });

  it.each(["Authorization", "x-api-key", "Api-Key"])("passes %s on where it is said so", (name) => {
    expect(filter.passes(name, "all")).toBe(true);
    expect(filter.passes(name, "no-credentials")).toBe(false);
  });

  it.each(["Content-Type", "content-encoding", "Accept", "Anthropic-Version"])(
    "passes %s on also where it may leave the machine",
    (name) => {
      expect(filter.passes(name, "anonymous")).toBe(true);
    },
  );

  it.each(["X-Project-Name", "Authorization", "Cookie", "User-Agent", "X-Forwarded-For", "Host"])(
    "passes no %s on where it may leave the machine",
    (name) => {
      expect(filter.passes(name, "anonymous")).toBe(false);
    },
  );

  it("passes headers that name people on only where credentials go", () => {
    const personal = new HeaderFilter(["x-user-email"]);
    expect(personal.passes("X-User-Email", "all")).toBe(true);
    expect(personal.passes("X-User-Email", "no-credentials")).toBe(false);
    expect(personal.passes("X-User-Email", "anonymous")).toBe(false);
    expect(filter.passes("X-User-Email", "no-credentials")).toBe(true);
  });

  it.each([
    ["Connection", false],
    ["Keep-Alive", false],
    ["transfer-encoding", false],
    ["content-length", true],
    ["Content-Type", true],
    ["date", true],
  ])("on the way back %s passes: %s", (name, passes) => {
    expect(isReturned(name)).toBe(passes);
  });
});
