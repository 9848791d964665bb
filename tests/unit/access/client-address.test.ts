import { describe, expect, it } from "vitest";
import { ClientAddress } from "../../../src/access/client-address.ts";

describe("ClientAddress", () => {
  const none = new ClientAddress([]);
  const proxied = new ClientAddress(["10.0.0.1", "192.168.0.0/16", "fd00::/8"]);

  it.each([
    ["nobody is trusted", none, "10.0.0.1", "1.2.3.4", "10.0.0.1"],
    ["the peer is no proxy", proxied, "203.0.113.5", "1.2.3.4", "203.0.113.5"],
    ["the proxy names no client", proxied, "10.0.0.1", undefined, "10.0.0.1"],
    ["the proxy names its client", proxied, "10.0.0.1", "1.2.3.4", "1.2.3.4"],
    ["the client wrote a header itself", proxied, "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"],
    ["proxies stand in a row", proxied, "10.0.0.1", "1.2.3.4, 192.168.7.7", "1.2.3.4"],
    ["proxies are trusted by IPv6 range", proxied, "fd00::1", "2001:db8::9", "2001:db8::9"],
    ["the peer is IPv4 on an IPv6 socket", proxied, "::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"],
    ["the client is IPv4 in IPv6 form", proxied, "10.0.0.1", "::ffff:1.2.3.4", "1.2.3.4"],
    ["all hops are proxies", proxied, "10.0.0.1", "192.168.1.1", "10.0.0.1"],
    ["the header is nonsense", proxied, "10.0.0.1", "unknown", "10.0.0.1"],
    ["the header ends with a comma", proxied, "10.0.0.1", "1.2.3.4, ", "1.2.3.4"],
    // What the proxy itself wrote is not an address: nothing left of it can be believed.
    ["the last hop has a port", proxied, "10.0.0.1", "6.6.6.6, 1.2.3.4:5678", "10.0.0.1"],
    [
      "an address has a zone without end",
      proxied,
      "10.0.0.1",
      `fe80::1%${"a".repeat(99)}`,
      "10.0.0.1",
    ],
    [
      "the client wrote a long header",
      proxied,
      "10.0.0.1",
      `${"6.6.6.6,".repeat(9999)} 1.2.3.4`,
      "1.2.3.4",
    ],
    ["the last hop is hidden", proxied, "10.0.0.1", "6.6.6.6, _hidden", "10.0.0.1"],
  ])("when %s", (_case, addresses, peer, forwardedFor, expected) => {
    expect(addresses.of(peer, forwardedFor)).toBe(expected);
  });
});
