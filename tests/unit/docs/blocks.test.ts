import { describe, expect, it } from "vitest";
import { reasonOf, wrongMark } from "../../pages/no-run.ts";
import { codeBlocks } from "../../support/markdown-blocks.ts";

describe("the blocks of a page", () => {
  it("have language, mark, line and code", () => {
    const page = "One\n\n```bash no-run=docker\ndocker ps\n```\n\n```ts\nlet a;\n\nlet b;\n```\n";
    expect(codeBlocks("a.md", page)).toEqual([
      { page: "a.md", line: 3, language: "bash", mark: "no-run=docker", code: "docker ps" },
      { page: "a.md", line: 7, language: "ts", mark: "", code: "let a;\n\nlet b;" },
    ]);
  });

  it("end with a fence as long as theirs, so that one may show another", () => {
    const [outer, ...more] = codeBlocks("a.md", "````text\n```bash\n```\n````\n");
    expect(outer?.code).toBe("```bash\n```");
    expect(more).toEqual([]);
  });

  it("stand in a list without their indent", () => {
    const page = "- one\n\n  ```python\n  if a:\n      b()\n  ```\n";
    expect(codeBlocks("a.md", page)[0]?.code).toBe("if a:\n    b()");
  });

  it("have an end", () => {
    expect(() => codeBlocks("a.md", "\n```bash\nls\n")).toThrow("a.md:2");
  });
});

describe("a mark", () => {
  it("gives the reason", () => {
    expect(reasonOf({ mark: "no-run=macos" })).toBe("macos");
    expect(reasonOf({ mark: "" })).toBe("");
  });

  it.each([
    ["no-run=macos", "launchctl print gui/1"],
    ["no-run=systemd", "sudo systemctl restart it"],
    ["no-run=internet", 'curl http://127.0.0.1:8000/api/pull \\\n  -d \'{"model": "m"}\''],
    ["no-run=tests", "npm test"],
    ["no-run=client", "BASE=http://127.0.0.1:8000 \\\n  claude --model m"],
  ])("%s is right for: %s", (mark, code) => {
    expect(wrongMark({ mark, code })).toBeUndefined();
  });

  it.each([
    ["no-run=slow", "launchctl list", "is none of"],
    ["no-run", "launchctl list", "is none of"],
    ["skip", "launchctl list", "is none of"],
    ["no-run=constructor", "launchctl list", "is none of"],
    ["no-run=docker", "ls", "needs docker"],
    ["no-run=docker", "# docker is not needed\nls", "needs docker"],
    [
      "no-run=systemd",
      "sudo ls\ncurl http://127.0.0.1:8000/api/v1/health",
      "keep this from running",
    ],
    ["no-run=systemd", "shared-ollama service install --plan", "needs systemd"],
    ["no-run=client", "echo claude", "needs client"],
    ["no-run=internet", "ollama pull m\nhttp :8000/api/tags", "keep this from running"],
  ])("%s is wrong for: %s", (mark, code, why) => {
    expect(wrongMark({ mark, code })).toContain(why);
  });
});
