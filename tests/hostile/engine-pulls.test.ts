import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  ForbiddenAddressError,
  AddressPolicy,
} from "../../engine/models/registry/address-policy.ts";
import { RegistryClient } from "../../engine/models/registry/client.ts";
import type { WebRequest } from "../../engine/models/registry/direct-request.ts";
import { createWeb } from "../../engine/models/registry/web.ts";
import { startProxy } from "../support/test-proxy.ts";

const { signal } = new AbortController();
const PUBLIC = "1.1.1.1";
const OUT_OF_REACH = /is an address of this machine or its network/;

/** A server of this machine that nobody but its owner should reach. */
async function secretServer() {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(request.url ?? "");
    response.writeHead(500).end("the secret of this machine");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  onTestFinished(() => server.closeAllConnections());
  return { port: (server.address() as AddressInfo).port, seen };
}

/** What a server in the internet may send a request on to. */
function fromInternet(): AddressPolicy {
  const policy = AddressPolicy.anywhere();
  policy.allows(PUBLIC);
  return AddressPolicy.from(policy);
}

const request = (policy: AddressPolicy): WebRequest => ({
  headers: {},
  signal,
  unverified: false,
  policy,
});

describe("what a registry in the internet sends to", () => {
  it.each([
    "127.0.0.1",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "0",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::1]",
    "[::]",
  ])("is not this machine, spelled %s", async (host) => {
    const { port, seen } = await secretServer();
    const web = createWeb({});
    const asked = web(new URL(`http://${host}:${port}/`), request(fromInternet()));
    await expect(asked).rejects.toThrow(ForbiddenAddressError);
    expect(seen).toEqual([]);
  });

  it("is not an address of this network in digits, through a proxy either", async () => {
    const { port, seen } = await secretServer();
    const proxy = await startProxy(`http://127.0.0.1:${port}`);
    onTestFinished(() => proxy.stop());
    const web = createWeb({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
    for (const url of ["http://10.0.0.1/", "https://169.254.169.254/", "http://[fd00::1]/"]) {
      await expect(web(new URL(url), request(fromInternet()))).rejects.toThrow(OUT_OF_REACH);
    }
    expect([proxy.seen, seen]).toEqual([[], []]);
  });
});

/** A client of a web whose names stand for these addresses, the next one with each request. */
function client(
  names: Record<string, string[]>,
  answer: (url: URL) => Response,
  host = "reg.test",
) {
  const reached: string[] = [];
  const registry = new RegistryClient({
    address: { host, scheme: "http", insecure: true },
    web: async (url, { policy }) => {
      const addresses = names[url.hostname] ?? [];
      const address = (addresses.length > 1 ? addresses.shift() : addresses[0]) ?? "";
      if (!policy.allows(address)) throw new ForbiddenAddressError(url.hostname);
      reached.push(`${url.hostname} ${address}`);
      return answer(url);
    },
  });
  return { reached, get: () => registry.get("/x", { signal }) };
}

const redirect = (location: string) => new Response("", { status: 307, headers: { location } });
const wantsToken = (realm: string) =>
  new Response("", {
    status: 401,
    headers: { "www-authenticate": `Bearer realm="${realm}",service="s"` },
  });

describe("a pull", () => {
  it.each([
    ["a redirect", () => redirect("http://inner.test/y")],
    ["a realm", () => wantsToken("http://inner.test/token")],
  ])("does not follow %s by a name to where a registry has no business", async (_way, answer) => {
    for (const address of ["127.0.0.1", "10.0.0.1", "169.254.169.254", "224.0.0.1", "0.0.0.0"]) {
      const names = { "reg.test": [PUBLIC], "inner.test": [address] };
      const { get, reached } = client(names, answer);
      await expect(get()).rejects.toThrow(OUT_OF_REACH);
      expect(reached).toEqual([`reg.test ${PUBLIC}`]);
    }
  });

  it("does not come back to the registry when its name stands for this machine by then", async () => {
    const names = { "reg.test": [PUBLIC, "127.0.0.1"] };
    const { get, reached } = client(names, () => redirect("http://reg.test/again"));
    await expect(get()).rejects.toThrow(OUT_OF_REACH);
    expect(reached).toEqual([`reg.test ${PUBLIC}`]);
    await expect(get()).rejects.toThrow(OUT_OF_REACH);
  });

  it("goes by the way of others no further than straight there", async () => {
    const names = { "reg.test": ["10.0.0.1"], "cdn.test": [PUBLIC], "inner.test": ["10.0.0.2"] };
    const { get } = client(names, ({ hostname }) =>
      redirect(hostname === "reg.test" ? "http://cdn.test/" : "http://inner.test/"),
    );
    await expect(get()).rejects.toThrow(OUT_OF_REACH);
  });

  it.each([
    ["10.0.0.1", "192.168.0.1"],
    ["127.0.0.1", "127.0.0.2"],
    ["127.0.0.1", PUBLIC],
  ])("from a registry at %s goes on to %s, where the client sent it", async (home, storage) => {
    const names = { "reg.test": [home], "storage.test": [storage] };
    const { get } = client(names, ({ hostname }) =>
      hostname === "reg.test" ? redirect("http://storage.test/") : new Response("fine"),
    );
    expect(await (await get()).text()).toBe("fine");
  });

  it("from a registry at this machine does not go on to its network, nor to a cloud's", async () => {
    for (const address of ["10.0.0.1", "169.254.169.254"]) {
      const names = { "reg.test": ["127.0.0.1"], "inner.test": [address] };
      const { get } = client(names, () => redirect("http://inner.test/"));
      await expect(get()).rejects.toThrow(OUT_OF_REACH);
    }
  });
});

describe("what a client is told of a failed pull", () => {
  it("holds nothing of what another server says", async () => {
    const { port, seen } = await secretServer();
    const registry = new RegistryClient({
      address: { host: `127.0.0.1:${port}`, scheme: "http", insecure: true },
      web: createWeb({}),
    });
    const failed = registry.get("/x", { signal });
    await expect(failed).rejects.toThrow(/^500: Internal Server Error$/);
    expect(seen).toEqual(["/x"]);
  });

  it("names no file this program was built from when TLS fails", async () => {
    const { port } = await secretServer();
    const registry = new RegistryClient({
      address: { host: `127.0.0.1:${port}`, scheme: "https", insecure: false },
      web: createWeb({}),
    });
    const message = await registry.get("/x", { signal }).then(
      () => "it worked",
      (err: Error) => err.message,
    );
    expect(message).toMatch(/cannot be reached: ./);
    expect(message).not.toMatch(/deps|openssl|\.c\b|error:|\n/);
  });
});
