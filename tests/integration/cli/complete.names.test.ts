import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { projectRoot } from "../../../src/runtime/paths.ts";
import { cli, inTerminal } from "../../support/cli.ts";
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
      expect(await answersFrom(url)).toEqual([]);
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
    expect(await answersFrom(url)).toHaveLength(10_000);
    expect(await answersFrom(url, "model-9999")).toEqual(["model-9999:latest"]);
  });

  it("are one on a line, and nothing else than names", async () => {
    const hidden = ["a\nb", "a\tb", "a\u001B[2J", "a\u202Eb", ":0", "-y", "--yes", "", " "];
    const plain = ["a b", "a;b", "漢字:latest"];
    const url = await withModels([...hidden, ...plain]);
    expect(await answersFrom(url)).toEqual(plain);
  });
});

const SHELLS = [
  {
    shell: "bash",
    start: ["bash", "--norc", "--noprofile"],
    source: "source <(shared-ollama complete bash)",
  },
  {
    shell: "bash without colons among its word breaks",
    start: ["bash", "--norc", "--noprofile"],
    source: "COMP_WORDBREAKS=${COMP_WORDBREAKS//[:=]/}; source <(shared-ollama complete bash)",
  },
  { shell: "zsh", start: ["zsh", "-f"], source: "source <(shared-ollama complete zsh)" },
  {
    shell: "fish",
    start: ["fish", "--no-config"],
    source: "shared-ollama complete fish | source",
  },
];

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

describe.each(SHELLS)("in $shell", ({ start, source }) => {
  it(
    "Tab writes names so that they are one word, and run nothing",
    { timeout: 120_000 },
    async () => {
      const { home, env } = await programOnPath(await withModels(NAMES.map(([, name]) => name)));
      const terminal = inTerminal(start, { env });
      terminal.type(`${source}; echo rea''dy${RETURN}`);
      await terminal.shows(/^ready/m);
      for (const [at, [typed, name]] of NAMES.entries()) {
        terminal.type(`shared-ollama models show ${typed}${TAB}${RETURN}`);
        await until(async () => (await calls(home)).length > at, `${name} is shown`);
        expect((await calls(home)).at(-1)).toEqual(["models", "show", name]);
      }
      await expect(stat(join(home, "ran"))).rejects.toThrow("ENOENT");
      terminal.type(`exit${RETURN}`);
      await terminal.endsWith(0);
    },
  );

  it("Tab goes on after what several names begin with", { timeout: 120_000 }, async () => {
    const names = ["two words:small", "two words:large", "fake:8b", "fake:8b-q4"];
    const { home, env } = await programOnPath(await withModels(names));
    const terminal = inTerminal(start, { env });
    terminal.type(`${source}; echo rea''dy${RETURN}`);
    await terminal.shows(/^ready/m);
    for (const [at, [first, second, name]] of [
      ["tw", "s", "two words:small"],
      ["fa", "-", "fake:8b-q4"],
    ].entries()) {
      terminal.type(`shared-ollama models show ${first}${TAB}${second}${TAB}${RETURN}`);
      await until(async () => (await calls(home)).length > at, `${name} is shown`);
      expect((await calls(home)).at(-1)).toEqual(["models", "show", name]);
    }
    terminal.type(`exit${RETURN}`);
    await terminal.endsWith(0);
  });
});

/** The words of each call so far, but for those of completion. */
async function calls(home: string): Promise<string[][]> {
  const text = await readFile(join(home, "calls"), "utf8").catch(() => "");
  // What is being written has no end yet.
  return text
    .split("\u0001\n")
    .slice(0, -1)
    .map((call) => call.split("\u0000").slice(0, -1));
}

/** A folder with a `shared-ollama` that completes, and else notes with which words it was called. */
async function programOnPath(url: string) {
  const home = await mkdtemp(join(tmpdir(), "shared-ollama-path-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const program = join(home, "shared-ollama");
  const real = `${process.execPath} ${join(projectRoot, "src", "cli.mjs")}`;
  const note = `{ printf '%s\\0' "$@"; printf '\\001\\n'; } >> ${join(home, "calls")}`;
  await writeFile(
    program,
    `#!/bin/sh\nif [ "$1" = complete ]; then exec ${real} "$@"; fi\n${note}\n`,
  );
  await chmod(program, 0o755);
  const path = `${home}:${process.env["PATH"]}`;
  return { home, env: { PATH: path, HOME: home, SHARED_OLLAMA_URL: url, LANG: "C.UTF-8" } };
}
