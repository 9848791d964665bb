import { describe, expect, it } from "vitest";
import { type AddressKind, addressKind } from "../../../models/registry/address-kind.ts";
import { proxyFor } from "../../../models/registry/proxies.ts";

describe("addressKind", () => {
  it.each<[AddressKind, string[]]>([
    ["public", ["1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1111", "9.9.9.9"]],
    ["loopback", ["127.0.0.1", "127.255.0.3", "0.0.0.0", "0.1.2.3", "::1", "::", "0:0::0:1"]],
    ["private", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1"]],
    ["private", ["fc00::1", "fd12:3456::1", "fec0::1"]],
    ["link-local", ["169.254.169.254", "fe80::1", "fe80::1%eth0", "febf::1"]],
    ["reserved", ["224.0.0.1", "255.255.255.255", "240.0.0.1", "ff02::1", "192.0.2.1", "", "x"]],
    // Addresses of IPv4 in those of IPv6: mapped, compatible, translated, 6to4, Teredo.
    ["loopback", ["::ffff:127.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "64:ff9b::7f00:1"]],
    ["private", ["::ffff:10.0.0.1", "64:ff9b::192.168.0.1", "64:ff9b:1::10.0.0.1"]],
    ["private", ["2002:0a00:0001::", "2001:0:1:2:3:4:f5ff:fffe", "::ffff:0:10.0.0.1"]],
    ["link-local", ["::ffff:a9fe:a9fe", "2002:a9fe:a9fe::1"]],
    ["public", ["::ffff:1.1.1.1", "64:ff9b::101:101", "2002:0101:0101::"]],
  ])("is %s for %j", (kind, addresses) => {
    expect(addresses.map((address) => [address, addressKind(address)])).toEqual(
      addresses.map((address) => [address, kind]),
    );
  });
});

describe("proxyFor", () => {
  const env = {
    HTTP_PROXY: "http://plain:1",
    https_proxy: "http://tls:2",
    NO_PROXY: "inner.test, .corp.test,*.lab.test 10.0.0.7:80, 192.168.0.9",
  };
  it.each([
    ["http://reg.test/", "http://plain:1"],
    ["https://reg.test/", "http://tls:2"],
    ["http://inner.test/", undefined],
    ["http://a.inner.test/", undefined],
    ["http://winner.test/", "http://plain:1"],
    ["http://a.corp.test/", undefined],
    ["http://a.lab.test/", undefined],
    ["http://10.0.0.7:8080/", "http://plain:1"],
    ["http://192.168.0.9/", undefined],
    // This machine is nobody else's to reach.
    ["http://localhost:5000/", undefined],
    ["http://a.localhost/", undefined],
    ["http://127.0.0.1:5000/", undefined],
    ["http://2130706433/", undefined],
    ["http://[::1]/", undefined],
  ])("of %s is %s", (url, proxy) => {
    expect(proxyFor(new URL(url), env)).toBe(proxy);
  });

  it("is narrowed down by a port, and by a star to none", () => {
    const url = new URL("http://10.0.0.7:8080/");
    const over = (NO_PROXY: string) => proxyFor(url, { ...env, NO_PROXY });
    expect(over("10.0.0.7:8080")).toBeUndefined();
    expect(over("10.0.0.7:80")).toBe("http://plain:1");
    expect(over("*")).toBeUndefined();
    expect(proxyFor(url, {})).toBeUndefined();
  });
});
