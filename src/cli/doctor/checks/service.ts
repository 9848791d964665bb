import { findingsOf, type Finding } from "../finding.ts";
import type { Facts } from "../facts.ts";

const { ok, warning, broken, unknown } = findingsOf("service");

/** The running service, and whose the folder is. */
export function checkService(
  facts: Pick<Facts, "service" | "home" | "homeUse" | "machine">,
): Finding[] {
  return [...howItIs(facts), ...whoHasTheFolder(facts)];
}

function howItIs({ service }: Pick<Facts, "service">): Finding[] {
  if (!service) return [unknown("It does not run.", "`shared-ollama start` starts it.")];
  const { origin, health } = service;
  const { status, version, ollama_status: why, problems = [] } = health;
  const more = problems.map((problem) => warning(problem, "Look into logs/service.log."));
  if (status === "healthy") return [ok(`Version ${version} runs at ${origin}.`), ...more];
  if (status === "stopping") return [unknown(`The service at ${origin} is stopping.`), ...more];
  if (status === "starting") return [unknown(`The service at ${origin} is starting.`), ...more];
  return [
    broken(
      `The service at ${origin} has no inference server: ${why}.`,
      "Start Ollama again, or look into logs/ollama.error.log.",
    ),
    ...more,
  ];
}

function whoHasTheFolder(
  facts: Pick<Facts, "service" | "home" | "homeUse" | "machine">,
): Finding[] {
  const { service, home, homeUse, machine } = facts;
  const { isInUse, note } = homeUse;
  const port = service && Number(new URL(service.origin).port || 80);
  if (isInUse === true && note.port !== undefined && note.port !== port) {
    return [
      broken(
        `A service with port ${note.port} (process ${note.pid ?? "unknown"}) has the folder ${home}.`,
        "End that, or give this one another folder with SHARED_OLLAMA_HOME.",
      ),
    ];
  }
  if (isInUse === true && !service) {
    return [
      unknown(`A service (process ${note.pid ?? "unknown"}) has ${home} and does not answer yet.`),
    ];
  }
  if (isInUse === false && service) {
    return [
      warning(
        `The service at ${service.origin} has another folder than ${home}.`,
        "Set SHARED_OLLAMA_HOME as it was set for that one.",
      ),
    ];
  }
  if (isInUse === false && note.pid !== undefined && !machine.isAlive(note.pid)) {
    return [
      warning(
        `The service (process ${note.pid}) has ended without saying so, in a crash perhaps.`,
        "Look into logs/service.log; the next start clears up after it.",
      ),
    ];
  }
  return [];
}
