import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { WrongUse } from "../../../src/cli/cli-error.ts";
import { addressOf, serviceUrl } from "../../../src/cli/service-url.ts";

/** A folder in which no service has left a note. */
const NOWHERE = { SHARED_OLLAMA_HOME: join(tmpdir(), "shared-ollama-no-such-folder") };

it.each([
  ["http://a:1", "http://a:1"],
  ["https://a/ollama/", "https://a/ollama"],
  ["a:1", "http://a:1"],
  ["localhost:8000//", "http://localhost:8000"],
  ["[::1]:8000", "http://[::1]:8000"],
  ["HTTP://A", "http://a"],
  ["http://a:1/x?y=z#w", "http://a:1/x"],
  ["8000", "http://127.0.0.1:8000"],
])("--url %s is %s, whatever the environment says", (given, url) => {
  expect(serviceUrl(given, { SHARED_OLLAMA_URL: "http://other", API_PORT: "1" })).toBe(url);
});

it.each([
  [{ SHARED_OLLAMA_URL: "b:2/", API_PORT: "3" }, "http://b:2"],
  [{ SHARED_OLLAMA_URL: "" }, "http://127.0.0.1:8000"],
  [{}, "http://127.0.0.1:8000"],
  [{ API_PORT: "3" }, "http://127.0.0.1:3"],
  [{ API_PORT: "3", API_HOST: "0.0.0.0" }, "http://127.0.0.1:3"],
  [{ API_PORT: "3", API_HOST: "::" }, "http://[::1]:3"],
  [{ API_HOST: "fe80::1" }, "http://[fe80::1]:8000"],
  [{ API_PORT: "65535" }, "http://127.0.0.1:65535"],
])("with %j it is %s", (env, url) => {
  expect(serviceUrl(undefined, { ...NOWHERE, ...env })).toBe(url);
});

it.each(["0", "-1", "1.5", "65536", "x", ""])(
  "is not at API_PORT %j, at which no service can be reached",
  (port) => {
    expect(serviceUrl(undefined, { ...NOWHERE, API_PORT: port })).toBe("http://127.0.0.1:8000");
  },
);

it("is where the service of the folder listens, as long as that runs", async () => {
  const home = await mkdtemp(join(tmpdir(), "shared-ollama-url-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  await mkdir(join(home, "data"));
  const note = (pid: number): Promise<void> =>
    writeFile(join(home, "data", "service.json"), JSON.stringify({ pid, host: "::", port: 4321 }));
  const env = { SHARED_OLLAMA_HOME: home };
  await note(process.pid);
  expect(serviceUrl(undefined, env)).toBe("http://[::1]:4321");
  // No process has such a number.
  await note(2 ** 30);
  expect(serviceUrl(undefined, env)).toBe("http://127.0.0.1:8000");
});

it.each(["ftp://a", "no address", "http://", ":8000", "http://a:65536"])(
  "%s is refused, with where it was said",
  (named) => {
    const expected = ` ${named}: expected an address such as http://127.0.0.1:8000`;
    expect(() => serviceUrl(named, {})).toThrow(new WrongUse(`--url${expected}`));
    expect(() => serviceUrl(undefined, { SHARED_OLLAMA_URL: named })).toThrow(
      new WrongUse(`SHARED_OLLAMA_URL${expected}`),
    );
  },
);

it.each([
  [undefined, "http://127.0.0.1:1"],
  ["localhost", "http://127.0.0.1:1"],
  ["192.168.0.7", "http://192.168.0.7:1"],
  ["[::1]", "http://[::1]:1"],
])("an address of %s is %s", (host, url) => {
  expect(addressOf({ host, port: 1 })).toBe(url);
});

it.each(["http://user:word@a:1", "user@a:1", "http://:word@a"])(
  "%s has credentials, which are neither dropped in silence nor repeated",
  (url) => {
    const refused = () => serviceUrl(undefined, { ...NOWHERE, SHARED_OLLAMA_URL: url });
    expect(refused).toThrow(/^SHARED_OLLAMA_URL: credentials in the address are not sent/);
    expect(refused).not.toThrow("word");
  },
);

it("takes no number for a port that is none", () => {
  expect(() => serviceUrl("65536", NOWHERE)).toThrow("--url 65536: expected an address");
});
