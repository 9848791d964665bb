import { expect, it } from "vitest";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";

it("the start says which of the settings here have changed their meaning", async () => {
  const { url } = await startFakeOllama();
  const env = { OLLAMA_BASE_URL: url, CLIENT_TIMEOUT: "60", MAX_PROMPT_TOKENS: "100" };
  const args = ["--max-body-bytes", "2000000"];
  const service = startServiceProcess({ home: await makeHome(), env, args });
  await service.listening();
  const lines = service.stdout.split("\n");
  for (const name of ["OLLAMA_BASE_URL", "CLIENT_TIMEOUT", "MAX_BODY_BYTES"]) {
    expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${name} changed `)));
  }
  expect(lines.filter((line) => line.includes(" changed "))).toHaveLength(3);
  expect(lines).toContain("All changes: docs/upgrading.md");
});

it("a wrong profile, a wrong duration and a wrong flag are told together, and nothing starts", async () => {
  const env = { SHARED_OLLAMA_FORCE_PROFILE: "huge", OLLAMA_KEEP_ALIVE: "soon" };
  const service = startServiceProcess({ home: await makeHome(), env, args: ["--no-such-flag"] });
  await service.endsWith(2);
  expect(service.stdout).toBe("");
  expect(service.stderr.trim().split("\n")).toEqual([
    "The configuration has mistakes:",
    "  - --no-such-flag: expected a flag; --help lists all flags",
    expect.stringMatching(/^ {2}- OLLAMA_KEEP_ALIVE="soon": expected duration/),
    "  - SHARED_OLLAMA_FORCE_PROFILE=huge: known are small, large",
  ]);
});
