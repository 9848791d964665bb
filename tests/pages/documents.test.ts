import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { onBun } from "../../src/runtime/on-bun.ts";
import { projectRoot } from "../../src/runtime/paths.ts";
import type { FakeOllama } from "../support/fake-ollama.ts";
import { codeBlocks, type CodeBlock } from "../support/markdown-blocks.ts";
import { noPython } from "../support/python-tests.ts";
import { startRealService, type RealService } from "../support/real-service.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { openSeeingOllama } from "../support/seeing-ollama.ts";
import { storeModel } from "../support/stored-model.ts";
import { PAGES_TEMPLATE } from "../support/tool-template.ts";
import { AskedService } from "./asked-service.ts";
import { reasonOf, wrongMark } from "./no-run.ts";
import { PageFolder, startsOn } from "./page-folder.ts";
import { problemOf } from "./problem-of.ts";
import { copyProject } from "../support/project-copy.ts";

const PAGES = ["README.md", ...markdownIn("docs"), ...markdownIn("examples")];
const BLOCKS = PAGES.flatMap((page) => codeBlocks(page, read(page)));

const RUN = ["bash", "python", "ts"];
const PARSERS: Record<string, (code: string) => unknown> = { json: JSON.parse, yaml: parse };
/** Output, and drawings. */
const SHOWN = ["text"];
const MARKED = BLOCKS.filter(({ mark }) => mark !== "");

const VISION_MODEL = "qwen3-vl:8b-instruct-q4_K_M";
const lacking = ["curl", "http", "bash"].filter((program) => !answers(program));
if (noPython) lacking.push("Python with the clients' packages");

describe("a code block", () => {
  it("is of a language that is run, parsed, or only shown", () => {
    const known = new Set([...RUN, ...Object.keys(PARSERS), ...SHOWN]);
    expect(BLOCKS.filter(({ language }) => !known.has(language)).map(placeOf)).toEqual([]);
  });

  it("is left out for a good reason, or for none", () => {
    const wrong = MARKED.flatMap((block) => {
      const why = RUN.includes(block.language) ? wrongMark(block) : "it is not run anyway";
      return why === undefined ? [] : [`${placeOf(block)}: ${why}`];
    });
    expect(wrong).toEqual([]);
  });

  const parsed = BLOCKS.filter(({ language }) => language in PARSERS);
  it.each(parsed.map(named))("can be read at %s", (_place, { language, code }) => {
    expect(PARSERS[language]?.(code)).toBeTypeOf("object");
  });
});

// The name says why, where it is skipped.
const title = lacking.length > 0 ? `the blocks, without ${lacking.join(", ")}` : "the blocks";
describe.skipIf(lacking.length > 0)(title, () => {
  let store: string;
  let engine: RealService;
  let seeing: RealService;
  let eyes: FakeOllama;
  let project: Awaited<ReturnType<typeof copyProject>>;
  let services: Record<"text" | "vision", AskedService>;

  beforeAll(async () => {
    // Under the name of the model that the pages use: its answers are short and take no time.
    store = await mkdtemp(join(tmpdir(), "shared-ollama-pages-"));
    const weights = scriptedModel(PAGES_TEMPLATE);
    await storeModel(store, { name: "smollm2", tag: "135m", weights });
    project = await copyProject(shownMcpYaml());
    const settings = { OLLAMA_MODELS: store, WORKER_THREADS: "1" };
    engine = await startRealService(settings, { root: project.root });
    const models = [VISION_MODEL, "smollm2:135m", "all-minilm:latest"];
    eyes = await openSeeingOllama({ models, vision: [VISION_MODEL] });
    seeing = await startRealService({
      INFERENCE_SERVER: "external",
      OLLAMA_BASE_URL: eyes.url,
      RESPONSE_CACHE_ENABLED: "false",
      WORKER_THREADS: "1",
    });
    services = { text: new AskedService(engine), vision: new AskedService(seeing) };
    await Promise.all(Object.values(services).map((service) => service.asked()));
  });

  afterAll(async () => {
    report();
    await Promise.all([engine?.stop(), seeing?.stop()]);
    await eyes?.stop();
    await project?.remove();
    await rm(store, { recursive: true, force: true });
  });

  const pages = PAGES.map((page) => [page, toRun(page)] as const);

  describe.each(pages.filter(([, blocks]) => blocks.length > 0))("%s", (_page, blocks) => {
    // A page with pictures is answered by a model that sees, which no machine of tests can run.
    const kind = blocks.some(({ code }) => code.includes("photo.jpg")) ? "vision" : "text";
    let folder: PageFolder;

    beforeAll(async () => {
      folder = await PageFolder.make(services[kind], eyes.url);
    });
    afterAll(() => folder?.remove());

    it.each(blocks.map(named))("runs %s", async (_name, block) => {
      const ran = startsOn(block) ? await folder.start(block) : await folder.run(block);
      expect(problemOf(block, ran, await services[kind].asked())).toBeUndefined();
    });
  });

  describe("a block is a problem", () => {
    let folder: PageFolder;

    beforeAll(async () => {
      folder = await PageFolder.make(services.text, eyes.url);
    });
    afterAll(() => folder?.remove());

    it.each([
      ["when a command fails", "bash", "false | true\n", "ended with 1"],
      ["when a request is refused", "bash", "curl http://127.0.0.1:8000/api/v2", "status_code"],
      ["when it asks nothing", "bash", "echo http://127.0.0.1:8000", "asked the service nothing"],
      ["when it shows nothing", "bash", "curl -so /dev/null http://127.0.0.1:8000", "no answer"],
      ["when a program throws", "python", "print({}['message'])", "KeyError"],
      ["when its types are wrong", "ts", "const text: string = 1;\nconsole.log(text);", "TS2322"],
      ["when it would change the project", "bash", "npm install ./none # in src/", "would change"],
    ])("%s", async (_when, language, code, told) => {
      const block = { page: "page.md", line: 1, mark: "", language, code };
      const ran = await folder.run(block);
      expect(problemOf(block, ran, await services.text.asked())).toContain(told);
    });
  });
});

/** The blocks of a page that are run, in its order. */
function toRun(page: string): CodeBlock[] {
  // A start on the other runtime is left to the tests on that one.
  const otherRuntime = onBun ? "Node" : "Bun";
  const ofPage = BLOCKS.filter((block) => block.page === page && RUN.includes(block.language));
  return ofPage.filter((block) => reasonOf(block) === "" && startsOn(block) !== otherRuntime);
}

/** The config/mcp.yaml that docs/agents.md has its reader write. */
function shownMcpYaml(): string {
  const block = BLOCKS.find(
    ({ page, language, code }) =>
      page === "docs/agents.md" && language === "yaml" && code.startsWith("servers:"),
  );
  if (!block) throw new Error("docs/agents.md shows no config/mcp.yaml");
  return block.code;
}

/** Lists what is not run, by reason. */
function report(): void {
  for (const reason of new Set(MARKED.map(reasonOf))) {
    const places = MARKED.filter((block) => reasonOf(block) === reason).map(placeOf);
    console.log(`not run, ${reason}: ${places.join(", ")}`);
  }
}

function placeOf({ page, line }: CodeBlock): string {
  return `${page}:${line}`;
}

function named(block: CodeBlock): [string, CodeBlock] {
  return [placeOf(block), block];
}

function read(path: string): string {
  return readFileSync(join(projectRoot, path), "utf8");
}

function markdownIn(folder: string): string[] {
  const names = readdirSync(join(projectRoot, folder)).filter((name) => name.endsWith(".md"));
  return names.toSorted().map((name) => `${folder}/${name}`);
}

function answers(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
