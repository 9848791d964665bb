import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { COMMAND_VARIABLES } from "../../../config/command-variables.ts";
import { HANDED_ON } from "../../../config/handed-on.ts";
import { LEFT_OUT, LEFT_OUT_SCRIPTS } from "../../../config/left-out.ts";
import { SETTINGS } from "../../../config/schema.ts";
import { TRACES } from "../../../config/traces.ts";
import { ANSWER_HEADERS, REQUEST_HEADERS } from "../../../middleware/own-headers.ts";
import { allCommands } from "../../../src/cli/catalog.ts";
import { ERROR_CODES, factsOf, type ErrorCode } from "../../../src/errors/codes.ts";
import { LIMITS } from "../../../src/models/limits.ts";
import { projectRoot } from "../../../src/runtime/paths.ts";

const read = (path: string): string => readFileSync(join(projectRoot, path), "utf8");

const markdown = (folder: string): string[] =>
  readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));

const documents = ["README.md", "CHANGELOG.md", ...markdown("docs")];
const settings = new Set(
  [...Object.values(SETTINGS), ...HANDED_ON, ...TRACES].map(({ env }) => env),
);
const leftOut = [...LEFT_OUT, LEFT_OUT_SCRIPTS].flatMap(({ names }) => names);
/** Words that commands take, as their usage lines have them. */
const commands = await Promise.all(allCommands().map(({ entry }) => entry.load()));
const words = commands.flatMap(({ args }) => Object.keys(args).map((name) => name.toUpperCase()));
const OF_LEFT_OUT = new Set(["docs/configuration.md", "docs/upgrading.md"]);

/** Names in capitals that are no settings of the service. */
const FOREIGN_NAMES = new Set([
  ...COMMAND_VARIABLES.map(({ env }) => env),
  ...["SIGTERM", "SIGKILL", "MALLOC_TRIM_THRESHOLD_"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "LOGNAME", "NO_COLOR", "FORCE_COLOR"],
  // A method of HTTP.
  "OPTIONS",
  // A value of X-Cache.
  "BYPASS",
]);

/** The rows of a page's tables, as cells without their backticks. */
const rowsOf = (page: string): string[][] =>
  read(page)
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );

/** What GitHub makes of headings for links to them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );

describe("the table of error codes", () => {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  const rows = rowsOf("docs/errors.md");

  it.each(codes)("gives status and Retry-After of %s", (code) => {
    const { status, retryAfterSec } = factsOf(code);
    const row = rows.find(([first]) => first === code);
    expect(row?.slice(1, 3)).toEqual([String(status), String(retryAfterSec ?? "–")]);
  });

  it("names no code that there is not", () => {
    const [, , ...named] = rows.map(([first]) => first);
    expect(new Set(named)).toEqual(new Set(codes));
  });
});

describe("the table of limits", () => {
  // Figures that are written in another unit than the setting's.
  const SHOWN: Record<string, string> = {
    MAX_BODY_BYTES: "1.5 MiB",
    VLM_MAX_BODY_BYTES: "1.5 MiB",
    PROXY_MAX_BODY_BYTES: "64 MiB",
    BODY_MEMORY_MAX_BYTES: "a tenth of the machine's, at least 256 MiB",
    RESPONSE_CACHE_MAX_BYTES: "64 MiB",
    IMAGE_MAX_SIZE_BYTES: "10 MiB",
    IMAGE_MAX_PIXELS: "100 million pixels",
    IMAGE_MAX_DIMENSION: "2667 pixels",
    WORKER_THREADS: "cores less one, 1 to 3",
    MAX_PROMPT_TOKENS: "4 096 tokens",
    UPSTREAM_PARALLEL: "what the server was started with",
    ALLOWED_MODELS: "every installed one",
    RATE_LIMIT_ENABLED: "60, 30, 10 or 5, see [the routes](routes.md)",
  };
  const rows = rowsOf("docs/sharing.md");
  const header = rows.findIndex(([first]) => first === "Limit");
  const limits = rows.slice(header + 2);

  it("has the table", () => expect(limits.length).toBeGreaterThan(10));

  it("has every limit that a setting changes, and the model profile shows them all", () => {
    const changing = LIMITS.flatMap(({ setting }) => (setting ? [SETTINGS[setting].env] : []));
    const named = limits.map(([, , where]) => /[A-Z_]{6,}/.exec(where ?? "")?.[0]);
    expect(new Set(named)).toEqual(new Set(changing));
    expect(named).toHaveLength(new Set(named).size);
  });

  it.each(limits)("gives the default of: %s", (_limit, shown, where) => {
    const env = /[A-Z_]{6,}/.exec(where ?? "")?.[0] ?? "";
    const setting = Object.values(SETTINGS).find((s) => s.env === env);
    expect(setting, `${env} is a setting`).toBeDefined();
    expect(shown?.replace(/ s$/, "")).toBe(SHOWN[env] ?? setting?.fallback);
  });
});

describe("README", () => {
  const readme = read("README.md");

  it.each(["npm install && npm start", "npm test", "bun install && bun run start"])(
    "has the command %s",
    (command) => expect(readme.split("\n")).toContain(command),
  );

  it("is short: what a newcomer needs in five minutes", () => {
    expect(readme.split("\n").length).toBeLessThan(220);
  });
});

describe("the table of folders", () => {
  it("has every folder of src", () => {
    const folders = readdirSync(join(projectRoot, "src"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `\`src/${name}/\``);
    const page = read("docs/development.md");
    expect(folders.filter((name) => !page.includes(name))).toEqual([]);
  });
});

describe("the table of routes", () => {
  it("has every route of the OpenAPI document, and no other", () => {
    const { paths } = JSON.parse(read("docs/openapi.json")) as {
      paths: Record<string, Record<string, unknown>>;
    };
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const named = rowsOf("docs/routes.md")
      .map(([first]) => first)
      .filter((first) => /^(GET|POST|PUT|DELETE) \//.test(first ?? ""));
    expect(new Set(named)).toEqual(new Set(routes));
  });
});

describe("the table of headers", () => {
  it.each([
    ["request", REQUEST_HEADERS],
    ["answer", ANSWER_HEADERS],
  ])("has every header of a %s, and no other", (direction, headers) => {
    const named = rowsOf("docs/routes.md")
      .filter((row) => row[1] === direction)
      .flatMap(([names = ""]) => names.split(", "));
    expect(named.toSorted()).toEqual(Object.keys(headers).toSorted());
  });
});

describe.each(documents)("%s", (document) => {
  const text = read(document);

  it("links to files that exist", () => {
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
    const local = targets.filter((target) => !/^(https?:|#)/.test(target));
    const folder = dirname(join(projectRoot, document));
    const missing = local.filter(
      (target) => !existsSync(resolve(folder, target.split("#")[0] ?? "")),
    );
    expect(missing).toEqual([]);
  });

  it("links to headings that exist", () => {
    const targets = [...text.matchAll(/\]\(([^)\s:]*)#([^)\s]+)\)/g)];
    const missing = targets.filter(([, file = "", anchor = ""]) => {
      const page = file === "" ? document : join(dirname(document), file);
      return page.endsWith(".md") && !anchorsOf(read(page)).includes(anchor);
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });

  it("names only settings that exist", () => {
    const spans = [...text.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? "");
    const names = spans.flatMap((span) => /^([A-Z][A-Z_]{5,})(?:=.*)?$/.exec(span)?.[1] ?? []);
    // What is left out is named where that is said.
    const others = [
      ...FOREIGN_NAMES,
      ...(OF_LEFT_OUT.has(document) ? leftOut : []),
      ...(document === "docs/cli.md" ? words : []),
    ];
    const unknown = names.filter((name) => !settings.has(name) && !others.includes(name));
    expect(unknown).toEqual([]);
  });
});
