import type { Plan, Step } from "../steps/step.ts";

/** What the way to install Ollama depends on. */
export interface InstallFacts {
  platform: "macos" | "linux";
  /** Where Ollama is already; undefined: nowhere. */
  ollama: { program: string; version: string | undefined } | undefined;
  /** Whether Homebrew is here. */
  hasBrew: boolean;
  /** Whether Homebrew starts Ollama by itself. */
  brewRunsOllama: boolean;
  /** An Ollama that is here is to be brought up to date. */
  upgrade: boolean;
}

const MAC_APP = "https://ollama.com/download/Ollama-darwin.zip";
const LINUX_SCRIPT = "https://ollama.com/install.sh";
const DOWNLOAD = "/tmp/Ollama-darwin.zip";

/** The right way to have Ollama on a machine; without steps where it is there as it should be. */
export function ollamaInstallPlan(facts: InstallFacts): Plan {
  const { ollama, upgrade } = facts;
  const isWanted = ollama === undefined || upgrade;
  const install = isWanted ? installSteps(facts) : [];
  const steps = [...install, ...brewServiceOff(facts, install.length > 0)];
  return { does: doesWhat(facts, isWanted, steps), steps, notes: notesFor(facts, isWanted) };
}

function installSteps({ platform, hasBrew, ollama }: InstallFacts): Step[] {
  if (platform === "linux") {
    // Ollama's own: it finds the graphics card, makes a user and a service, and brings up to date.
    return [{ kind: "run", command: ["sh", "-c", `curl -fsSL ${LINUX_SCRIPT} | sh`] }];
  }
  // An application brings itself up to date.
  const isBrews = ollama === undefined || /homebrew|\/usr\/local\//i.test(ollama.program);
  if (hasBrew && isBrews) {
    const verb = ollama === undefined ? "install" : "upgrade";
    return [{ kind: "run", command: ["brew", verb, "ollama"] }];
  }
  return [
    { kind: "run", command: ["curl", "-fL", "-o", DOWNLOAD, MAC_APP] },
    { kind: "run", command: ["ditto", "-x", "-k", DOWNLOAD, "/Applications"] },
    { kind: "remove", path: DOWNLOAD },
  ];
}

/** This service starts `ollama serve` itself, with its own settings, and ends it. */
function brewServiceOff(
  { platform, hasBrew, brewRunsOllama }: InstallFacts,
  isNew: boolean,
): Step[] {
  if (platform !== "macos" || !hasBrew || !(brewRunsOllama || isNew)) return [];
  return [{ kind: "run", command: ["brew", "services", "stop", "ollama"], mayFail: true }];
}

function doesWhat(
  { platform, ollama, hasBrew }: InstallFacts,
  isWanted: boolean,
  steps: Step[],
): string {
  const here =
    ollama && `Ollama ${ollama.version ?? ""} is at ${ollama.program}`.replace("  ", " ");
  if (here && !isWanted) {
    return steps.length === 0
      ? `${here}; nothing is to be installed.`
      : `${here}; Homebrew's own service for it is switched off.`;
  }
  const verb = ollama ? "Brings Ollama up to date" : "Installs Ollama";
  if (platform === "linux") return `${verb} with its own script, which asks for root's rights.`;
  return hasBrew ? `${verb} with Homebrew.` : `${verb} as an application.`;
}

function notesFor({ platform, hasBrew }: InstallFacts, isWanted: boolean): string[] {
  const look = "Then look: shared-ollama doctor";
  if (!isWanted) return [look];
  if (platform === "linux") {
    return [
      "The script sets up ollama.service, which is found on its port and used.",
      "To have this service start Ollama itself: sudo systemctl disable --now ollama",
      look,
    ];
  }
  if (hasBrew) return ["Homebrew's own service for Ollama stays off: this one starts it.", look];
  return ["Open the application once: it asks for the right to install its command line.", look];
}
