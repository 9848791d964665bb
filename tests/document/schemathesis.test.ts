import { join } from "node:path";
import { expect, it } from "vitest";
import { projectRoot } from "../../src/runtime/paths.ts";
import { startService } from "../support/service.ts";
import { output, tool } from "./tools.ts";

/** The file with its settings, and the hooks that those name. */
const FOLDER = join(projectRoot, "tests/document");
const LEAST_CASES = 2000;

it(`schemathesis finds nothing in ${LEAST_CASES} cases`, async () => {
  const models = { models: ["fake:latest", "all-minilm:latest"], vision: ["fake:latest"] };
  const defaults = { OLLAMA_DEFAULT_TEXT_MODEL: "fake", OLLAMA_DEFAULT_VLM_MODEL: "fake" };
  const { gateway } = await startService({ RATE_LIMIT_ENABLED: "false", ...defaults }, models);
  const options = ["--config-file", "schemathesis.toml", "--no-color"];
  const document = `${gateway.url}/api/openapi.json`;
  // It fails where something is found; what it wrote then tells how to ask that again.
  const said = await output(tool("python/bin/schemathesis"), [...options, "run", document], {
    cwd: FOLDER,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
  });
  const [, generated, passed] = /(\d+) generated, (\d+) passed/.exec(said) ?? [];
  expect(passed, said).toBe(generated);
  expect(Number(generated)).toBeGreaterThanOrEqual(LEAST_CASES);
});
