import type { Upstream } from "../hosts/upstream.ts";
import type { MemoryRules } from "../models/memory/memory-view.ts";
import { isOwnMachine } from "./own-machine.ts";

/** What holds for the models of the server that is there now. */
export function memoryRulesFor(upstream: Pick<Upstream, "kind" | "state" | "origin">): MemoryRules {
  const { kind, state } = upstream;
  if (kind === undefined || state !== "ready") return "none";
  if (kind !== "external") return "all";
  return isOwnMachine(upstream.origin) ? "seen" : "none";
}
