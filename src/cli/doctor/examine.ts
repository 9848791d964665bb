import { findOllama } from "../../hosts/find-ollama.ts";
import type { ConfigFile } from "../config-files.ts";
import { checkDisk } from "./checks/disk.ts";
import { checkFolder } from "./checks/folder.ts";
import { checkGraphics } from "./checks/graphics.ts";
import { checkMemory } from "./checks/memory.ts";
import { checkModels } from "./checks/models.ts";
import { checkOllama } from "./checks/ollama.ts";
import { checkPort } from "./checks/port.ts";
import { checkProxies } from "./checks/proxies.ts";
import { checkRuntime } from "./checks/runtime.ts";
import { checkService } from "./checks/service.ts";
import { checkSettings } from "./checks/settings.ts";
import { collectFacts } from "./facts.ts";
import { CHECKS, type Finding } from "./finding.ts";
import type { Machine } from "./machine.ts";

interface ExamineOptions {
  machine: Machine;
  env: Record<string, string | undefined>;
  /** The text of a file of config/. @throws what the file system throws. */
  readConfig: (name: ConfigFile) => Promise<string>;
  /** The path of the `ollama` program. */
  findOllama?: (path: string | undefined) => Promise<string | undefined>;
}

/**
 * Looks at everything that the service needs, whether it runs or not, and changes nothing.
 * @returns the findings in the order of the checks, at least one of each.
 */
export async function examine(options: ExamineOptions): Promise<Finding[]> {
  const facts = await collectFacts(options);
  const ollama = await checkOllama(facts, options.findOllama ?? findOllama);
  const [folder, port, models, disk, graphics] = await Promise.all([
    checkFolder(facts),
    checkPort(facts),
    checkModels(facts, ollama),
    checkDisk(facts, ollama),
    checkGraphics(facts),
  ]);
  const findings = [
    ...checkRuntime(facts),
    ...checkSettings(facts),
    ...folder,
    ...checkService(facts),
    ...port,
    ...ollama.findings,
    ...models,
    ...disk,
    ...checkMemory(facts),
    ...graphics,
    ...checkProxies(facts),
  ];
  const order = (finding: Finding): number => CHECKS.indexOf(finding.check);
  return findings.sort((a, b) => order(a) - order(b));
}
