import { describe, expect, it } from "vitest";
import { isForwarded, isReturned } from "../../../src/http/hop-headers.ts";

describe("hop headers", () => {
  it.each(["Host", "origin", "CONNECTION", "Transfer-Encoding", "te", "proxy-authorization"])(
    "keeps the client's %s from the server",
    (name) => {
      expect(isForwarded(name, "all")).toBe(false);
    },
  );

  it.each(["Content-Type", "accept", "x-stainless-os", "user-agent"])(
    "passes the client's %s on",
    (name) => {
      expect(isForwarded(name, "no-credentials")).toBe(true);
    },
  );

  it.each(["Cookie", "COOKIE"])("never passes a %s on", (name) => {
    expect(isForwarded(name, "all")).toBe(false);
  });

  it.each(["Authorization", "x-api-key", "Api-Key"])("passes %s on where it is said so", (name) => {
    expect(isForwarded(name, "all")).toBe(true);
    expect(isForwarded(name, "no-credentials")).toBe(false);
  });

  it.each(["Content-Type", "content-encoding", "Accept", "Anthropic-Version"])(
    "passes %s on also where it may leave the machine",
    (name) => {
      expect(isForwarded(name, "anonymous")).toBe(true);
    },
  );

  it.each(["X-Project-Name", "Authorization", "Cookie", "User-Agent", "X-Forwarded-For", "Host"])(
    "passes no %s on where it may leave the machine",
    (name) => {
      expect(isForwarded(name, "anonymous")).toBe(false);
    },
  );

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
