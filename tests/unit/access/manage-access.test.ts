import { describe, expect, it } from "vitest";
import {
  isOnThisMachine,
  ManageAccess,
  type RequestSource,
} from "../../../src/access/manage-access.ts";

function from(peer: string, headers: Record<string, string> = {}): RequestSource {
  return { peer, header: (name) => headers[name] };
}

describe("a client without forwarding headers", () => {
  it.each([
    "127.0.0.1",
    "127.0.0.53",
    "127.255.255.254",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "::FFFF:7f00:1",
  ])("is on this machine when its address is %s", (peer) => {
    expect(isOnThisMachine(from(peer))).toBe(true);
  });

  it.each([
    "",
    "localhost",
    "127.0.0.1.example.org",
    "128.0.0.1",
    "0.0.0.0",
    "::",
    "192.168.1.7",
    "::ffff:192.168.1.7",
    "::127.0.0.1",
    "fe80::1%lo0",
    `::1%${"x".repeat(1000)}`,
  ])("is elsewhere when its address is '%s'", (peer) => {
    expect(isOnThisMachine(from(peer))).toBe(false);
  });
});

describe("a client of which a header tells", () => {
  const FROM_HERE: [name: string, value: string][] = [
    ["x-forwarded-for", "127.0.0.1"],
    ["x-forwarded-for", "127.0.0.1, ::1,  ::ffff:127.0.0.2"],
    ["x-forwarded-for", "127.0.0.1:5000, [::1]:443, [::1]"],
    ["x-real-ip", "::1"],
    ["forwarded", "for=127.0.0.1"],
    ["forwarded", 'proto=http;For="[::1]:4711";by=203.0.113.43, for = "127.0.0.1"'],
  ];
  const FROM_ELSEWHERE: [name: string, value: string][] = [
    ["x-forwarded-for", "192.0.2.7"],
    // What the client wrote itself stands on the left of what the proxy knows.
    ["x-forwarded-for", "127.0.0.1, 192.0.2.7"],
    ["x-forwarded-for", "192.0.2.7, 127.0.0.1"],
    ["x-forwarded-for", "127.0.0.1, unknown"],
    ["x-forwarded-for", "127.0.0.1,"],
    ["x-forwarded-for", ""],
    ["x-forwarded-for", "localhost"],
    ["x-forwarded-for", "127.1"],
    ["x-forwarded-for", "0x7f000001"],
    ["x-forwarded-for", "[::1"],
    ["x-real-ip", "192.0.2.7"],
    ["x-client-ip", "192.0.2.7"],
    ["true-client-ip", "192.0.2.7"],
    ["cf-connecting-ip", "2001:db8::1"],
    ["forwarded", "for=192.0.2.7"],
    ["forwarded", "for=127.0.0.1, for=192.0.2.7"],
    ["forwarded", "for=127.0.0.1;for=192.0.2.7"],
    ["forwarded", "for=unknown"],
    ["forwarded", "for=_hidden"],
    ["forwarded", "proto=https"],
    ["forwarded", 'for="127.0.0.1'],
    ["forwarded", ""],
  ];

  it.each(FROM_HERE)("is on this machine with %s: %s", (name, value) => {
    expect(isOnThisMachine(from("127.0.0.1", { [name]: value }))).toBe(true);
  });

  it.each(FROM_ELSEWHERE)("is elsewhere with %s: %s", (name, value) => {
    expect(isOnThisMachine(from("127.0.0.1", { [name]: value }))).toBe(false);
  });

  it.each(FROM_HERE)("is elsewhere whatever it says of itself: %s: %s", (name, value) => {
    expect(isOnThisMachine(from("192.0.2.7", { [name]: value }))).toBe(false);
  });

  it("is elsewhere where two headers contradict each other", () => {
    const headers = { "x-forwarded-for": "127.0.0.1", forwarded: "for=192.0.2.7" };
    expect(isOnThisMachine(from("127.0.0.1", headers))).toBe(false);
  });
});

describe("ManageAccess", () => {
  it("refuses clients elsewhere, with the setting that lets them in", () => {
    const access = new ManageAccess({ allowRemote: false });
    access.assert(from("127.0.0.1"));
    expect(() => access.assert(from("192.0.2.7"))).toThrow(
      expect.objectContaining({
        code: "forbidden",
        message: expect.stringContaining("ALLOW_REMOTE_MANAGEMENT=true") as unknown,
      }),
    );
  });

  it("lets everyone in where the operator says so", () => {
    const access = new ManageAccess({ allowRemote: true });
    access.assert(from("192.0.2.7"));
    access.assert(from("127.0.0.1", { "x-forwarded-for": "192.0.2.7" }));
  });
});
