import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import sharp from "sharp";
import { describe, expect, it, onTestFinished } from "vitest";
import { projectRoot } from "../../src/runtime/paths.ts";
import { startGateway } from "../support/gateway.ts";
import { seenBy, startSeeingOllama } from "../support/seeing-ollama.ts";

const run = promisify(execFile);
const succeeds = (program: string, ...args: string[]): Promise<boolean> =>
  run(program, args).then(
    () => true,
    () => false,
  );
const hasCurl = await succeeds("curl", "--version");
const hasRequests = await succeeds("python3", "-c", "import requests");

/** The code blocks of a language in one section of a document. */
async function examples(file: string, heading: string, language: string): Promise<string[]> {
  const text = await readFile(join(projectRoot, file), "utf8");
  const section = text.split(/^#{2,3} /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/```(\w+)\n(.*?)```/gs)].flatMap(([, found, code = ""]) =>
    found === language ? [code] : [],
  );
}

/** Runs an example as it stands, but for the port, beside a photograph. */
async function runExample(program: string, code: string, url: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-example-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const noise = { type: "gaussian" as const, mean: 128, sigma: 20 };
  await sharp({ create: { width: 900, height: 700, channels: 3, background: "#468", noise } })
    .jpeg({ quality: 95 })
    .toFile(join(folder, "photo.jpg"));
  const here = code.replaceAll("http://127.0.0.1:8000", url);
  const { stdout } = await run(program, ["-c", here], { cwd: folder });
  return stdout;
}

async function startSeeing(): Promise<string> {
  const ollama = await startSeeingOllama();
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
  return gateway.url;
}

describe("the examples with images", () => {
  it.skipIf(!hasCurl).each([
    ["README.md", "Images", 0],
    ["docs/vision.md", "Routes", 0],
  ])("of %s work with curl", async (file, heading, at) => {
    const [code = ""] = (await examples(file, heading, "bash")).slice(at);
    const answer = JSON.parse(await runExample("bash", code, await startSeeing())) as {
      message: { content: string };
      images_processed: number;
    };
    expect(answer.images_processed).toBe(1);
    const [image] = seenBy(answer.message.content).images;
    expect(image).toMatchObject({ format: "jpeg", width: 900, height: 700 });
  });

  it.skipIf(!hasRequests)("of README.md work with Python's requests", async () => {
    const [code = ""] = await examples("README.md", "Images", "python");
    const answer = await runExample("python3", code, await startSeeing());
    expect(seenBy(answer).images).toHaveLength(1);
  });
});
