import { expect } from "vitest";
import type { ConfigFile } from "../../src/cli/config-files.ts";
import { examine } from "../../src/cli/doctor/examine.ts";
import type { CheckName, Finding } from "../../src/cli/doctor/finding.ts";
import { thisMachine, type Machine } from "../../src/cli/doctor/machine.ts";
import { modelsYaml } from "./config.ts";

const GIB = 2 ** 30;

/** A machine that has everything; folders, ports and services are this one's. */
function healthyMachine(): Machine {
  return {
    ...thisMachine(),
    platform: "linux",
    architecture: "x64",
    runtime: { name: "Node", version: "22.1.0" },
    disk: () => Promise.resolve({ totalBytes: 1e12, freeBytes: 5e11 }),
    memory: () => Promise.resolve({ totalBytes: 64 * GIB, availableBytes: 48 * GIB }),
    graphics: () =>
      Promise.resolve([{ vendor: "NVIDIA Corporation", model: "Example 1", memoryTotal: 24_576 }]),
  };
}

interface ExaminedMachine {
  env?: Record<string, string>;
  machine?: Partial<Machine>;
  files?: Partial<Record<ConfigFile, string | Error>>;
  ollama?: string | undefined;
}

/** What the doctor says of a machine that is ill in some way. */
export async function examined({ env = {}, machine = {}, files = {}, ollama }: ExaminedMachine) {
  const findings = await examine({
    machine: { ...healthyMachine(), ...machine },
    env: { PATH: "", ...env },
    readConfig: (name) => {
      const text = files[name] ?? (name === "models.yaml" ? modelsYaml : "");
      return text instanceof Error ? Promise.reject(text) : Promise.resolve(text);
    },
    findOllama: () => Promise.resolve(ollama),
  });
  for (const { found, todo } of findings) {
    expect(`${found}${todo ?? ""}`).not.toMatch(/\n|undefined|NaN/);
  }
  return {
    findings,
    of: (check: CheckName): Finding[] => findings.filter((finding) => finding.check === check),
    broken: findings.filter(({ state }) => state === "broken"),
  };
}
