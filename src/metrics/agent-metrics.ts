import { Counter, Registry } from "prom-client";
import type { ToldRun } from "../events/service-events.ts";
import { PREFIX } from "./names.ts";

/** How runs and their steps end. */
const RUN_OUTCOMES = ["completed", "incomplete", "failed", "cancelled", "interrupted"];
const CALL_OUTCOMES = ["completed", "error", "refused", "cancelled"];

/** The figures of runs of agents. Tenants name agents: they are told apart nowhere here. */
export class AgentMetrics {
  readonly registry = new Registry();
  readonly #runs = new Counter({
    name: `${PREFIX}agent_runs_total`,
    help: "Runs of agents that have ended, and how",
    labelNames: ["outcome"],
    registers: [this.registry],
  });
  readonly #turns = new Counter({
    name: `${PREFIX}agent_turns_total`,
    help: "Turns of models in runs of agents that have ended",
    registers: [this.registry],
  });
  readonly #calls = new Counter({
    name: `${PREFIX}agent_tool_calls_total`,
    help: "Calls of tools in runs of agents that have ended, and how; refused ones were not made",
    labelNames: ["outcome"],
    registers: [this.registry],
  });

  constructor() {
    // A rate needs a series before its first.
    for (const outcome of RUN_OUTCOMES) this.#runs.inc({ outcome }, 0);
    for (const outcome of CALL_OUTCOMES) this.#calls.inc({ outcome }, 0);
  }

  /** A run has ended. */
  readonly ended = ({ status, steps }: ToldRun): void => {
    this.#runs.inc({ outcome: status });
    for (const { kind, outcome } of steps) {
      if (kind === "model") this.#turns.inc();
      else this.#calls.inc({ outcome });
    }
  };
}
