import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { projectRoot } from "../../src/runtime/paths.ts";
import { startService } from "../support/service.ts";
import { GENERATORS } from "./generators.ts";
import { output } from "./tools.ts";

it.each(GENERATORS.map(({ name, make }) => [name, make] as const))(
  "%s makes a client that compiles, and runs chat, stream and error",
  async (_, make) => {
    const { gateway } = await startService({}, { chunks: ["Hel", "lo"] });
    const folder = await newFolder();
    const document = await gateway.get("/api/openapi.json");
    await writeFile(join(folder, "openapi.json"), await document.text());
    const [program = "", ...words] = await make(folder);
    const said = await output(program, [...words, gateway.url], { cwd: folder });
    expect(JSON.parse(said)).toEqual({
      chat: "Hello",
      stream: ["Hel", "lo", ""],
      error: { status: 422, code: "validation_error" },
    });
  },
);

/** Inside the project, so that programs find the packages that they import. */
async function newFolder(): Promise<string> {
  const cache = join(projectRoot, "node_modules/.cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "generated-client-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
