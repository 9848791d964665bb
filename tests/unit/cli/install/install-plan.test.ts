import { describe, expect, it } from "vitest";
import { ollamaInstallPlan, type InstallFacts } from "../../../../src/cli/install/install-plan.ts";

const MAC: InstallFacts = {
  platform: "macos",
  ollama: undefined,
  hasBrew: true,
  brewRunsOllama: false,
  upgrade: false,
};
const LINUX: InstallFacts = { ...MAC, platform: "linux", hasBrew: false };
const IN_BREW = { program: "/opt/homebrew/bin/ollama", version: "0.13.5" };
const APP = { program: "/Applications/Ollama.app/Contents/Resources/ollama", version: "0.13.5" };

/** The commands of a plan, as one would type them. */
const commands = (facts: InstallFacts): string[] =>
  ollamaInstallPlan(facts).steps.flatMap((step) =>
    step.kind === "run" ? [step.command.join(" ")] : [],
  );

describe("the way to install Ollama", () => {
  it("is Homebrew on a Mac that has it, and its own service is off then", () => {
    expect(commands(MAC)).toEqual(["brew install ollama", "brew services stop ollama"]);
  });

  it("is the application on a Mac without it", () => {
    expect(commands({ ...MAC, hasBrew: false }).join("\n")).toContain(
      "https://ollama.com/download/Ollama-darwin.zip",
    );
    expect(ollamaInstallPlan({ ...MAC, hasBrew: false }).steps.at(-1)?.kind).toBe("remove");
  });

  it("is Ollama's script on Linux", () => {
    expect(commands(LINUX)).toEqual(["sh -c curl -fsSL https://ollama.com/install.sh | sh"]);
  });

  it("is nothing where it is there", () => {
    for (const facts of [
      { ...MAC, ollama: IN_BREW },
      { ...MAC, ollama: APP },
      { ...LINUX, ollama: { program: "/usr/local/bin/ollama", version: undefined } },
    ]) {
      const { steps, does } = ollamaInstallPlan(facts);
      expect(steps).toEqual([]);
      expect(does).toContain("nothing is to be installed");
    }
  });

  it("switches Homebrew's service off where it runs", () => {
    expect(commands({ ...MAC, ollama: IN_BREW, brewRunsOllama: true })).toEqual([
      "brew services stop ollama",
    ]);
  });

  it("brings up to date in the way that it was installed", () => {
    expect(commands({ ...MAC, ollama: IN_BREW, upgrade: true })[0]).toBe("brew upgrade ollama");
    expect(commands({ ...MAC, ollama: APP, upgrade: true })[0]).toContain("Ollama-darwin.zip");
    expect(commands({ ...LINUX, ollama: IN_BREW, upgrade: true })[0]).toContain("install.sh");
  });
});
