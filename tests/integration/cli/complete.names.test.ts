import { stat } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { cli } from "../../support/cli.ts";
import { SHELLS, startCompletingShell } from "../../support/completing-shell.ts";
import { until } from "../../support/deadline.ts";

const RETURN = "\r";
const TAB = "\t";

/** Somebody who answers where the service should be. */
async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A service with these models. */
const withModels = (ids: unknown[]): Promise<string> =>
  answering((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ models: [], data: ids.map((id) => ({ id })) }));
  });

/** What `models show` may go on with, line by line. */
async function answersFrom(url: string, typed = ""): Promise<string[]> {
  const end = await cli(["complete", "--", "models", "show", typed], {
    env: { SHARED_OLLAMA_URL: url },
  });
  expect([end.code, end.stderr]).toEqual([0, ""]);
  const lines = end.stdout.split("\n").filter((line) => line !== "");
  // The last one says how the shell takes them; each other has a tab, and what the name means.
  expect(lines.pop()).toMatch(/^:\d$/);
  return lines.map((line) => line.replace(/\t$/, ""));
}

/** The same where there are names; a busy machine may need more time for them than there is. */
async function namesFrom(url: string, typed = ""): Promise<string[]> {
  let names: string[] = [];
  await until(async () => (names = await answersFrom(url, typed)).length > 0, "names come");
  return names;
}

describe("names of whoever answers", () => {
  it("are left out where they come too late, or do not end", async () => {
    const open = new Set<string>();
    const silent = await answering(({ url = "" }) => void open.add(url));
    const begun = await answering(({ url = "" }, response) => {
      open.add(url);
      response.setHeader("content-type", "application/json");
      response.write('{"data":[{"id":"fake"}');
    });
    for (const url of [silent, begun]) {
      open.clear();
      // A busy machine may not even have asked in that time.
      await until(async () => {
        expect(await answersFrom(url)).toEqual([]);
        return open.size > 0;
      }, "it is asked");
      expect([...open]).toEqual(["/api/v1/models"]);
    }
  });

  it.each([
    ["no JSON", 200, "<html>fake</html>"],
    ["nothing", 200, ""],
    ["null", 200, "null"],
    ["a list", 200, '["fake"]'],
    ["a text for a list", 200, '{"data":"fake"}'],
    ["names that are none", 200, '{"data":[{"id":5},{"id":null},{"id":{}},{},{"id":["fake"]}]}'],
    ["models that are none", 200, '{"data":[{"id":"fake"},null]}'],
    ["a refusal", 500, '{"error":"fake"}'],
    ["a redirect to nowhere", 302, ""],
  ])("are none in %s", async (_what, status, body) => {
    const url = await answering((_request, response) => {
      response.writeHead(status, { "content-type": "application/json", location: "/%" });
      response.end(body);
    });
    expect(await answersFrom(url)).toEqual([]);
  });

  it("are those of ten thousand models that fit", async () => {
    const ids = Array.from({ length: 10_000 }, (_, at) => `model-${at}:latest`);
    const url = await withModels(ids);
    expect(await namesFrom(url)).toHaveLength(10_000);
    expect(await namesFrom(url, "model-9999")).toEqual(["model-9999:latest"]);
  });

  it("are one on a line, and nothing else than names", async () => {
    const hidden = ["a\nb", "a\tb", "a\u001B[2J", "a\u202Eb", ":0", "-y", "--yes", "", " "];
    const plain = ["a b", "a;b", "漢字:latest"];
    const url = await withModels([...hidden, ...plain]);
    expect(await namesFrom(url)).toEqual(plain);
  });
});

const bash = SHELLS.find(({ shell }) => shell === "bash");
/** As some have it, for names such as these. */
const withoutBreaks = {
  ...bash,
  shell: "bash without colons among its word breaks",
  source: `COMP_WORDBREAKS=\${COMP_WORDBREAKS//[:=]/}; ${bash?.source}`,
  start: bash?.start ?? [],
};

/** What is typed in front of Tab, each with the only name that begins so. */
const NAMES = [
  ["reg", "registry.example:5000/library/qwen3:8b"],
  ["registry.example:5000/li", "registry.example:5000/library/qwen3:8b"],
  ["registry.example:5000/library/qwen3:", "registry.example:5000/library/qwen3:8b"],
  ["a", "a$(touch ~/ran)"],
  ["b", "b`touch ~/ran`"],
  ["c", "c; touch ~/ran"],
  ["d:t", "d:t && touch ~/ran"],
  ["e", `e'f"g`],
  ["h", "h*?[x]{y,z}~$HOME!"],
  ["k", "k > ~/ran"],
  ["漢", "漢字:latest"],
] as const;

describe.each([...SHELLS, withoutBreaks])("in $shell", (shell) => {
  it(
    "Tab writes names so that they are one word, and run nothing",
    { timeout: 120_000 },
    async () => {
      const url = await withModels(NAMES.map(([, name]) => name));
      const terminal = await startCompletingShell(shell, url);
      for (const [typed, name] of NAMES) {
        terminal.type(`shared-ollama models show ${typed}${TAB}${RETURN}`);
        expect(await terminal.nextCall(`${name} is shown`)).toEqual(["models", "show", name]);
      }
      await expect(stat(join(terminal.home, "ran"))).rejects.toThrow("ENOENT");
      terminal.type(`exit${RETURN}`);
      await terminal.endsWith(0);
    },
  );

  it("Tab goes on after what several names begin with", { timeout: 120_000 }, async () => {
    const names = ["two words:small", "two words:large", "fake:8b", "fake:8b-q4"];
    const terminal = await startCompletingShell(shell, await withModels(names));
    for (const [first, second, name] of [
      ["tw", "s", "two words:small"],
      ["fa", "-", "fake:8b-q4"],
    ]) {
      terminal.type(`shared-ollama models show ${first}${TAB}${second}${TAB}${RETURN}`);
      expect(await terminal.nextCall(`${name} is shown`)).toEqual(["models", "show", name]);
    }
    terminal.type(`exit${RETURN}`);
    await terminal.endsWith(0);
  });
});
