import type { Agent } from "./agent.ts";

/** An agent of a file, which everyone sees and nobody changes. */
export interface ImportedAgent extends Agent {
  readonly owner: undefined;
  /** As errors name it: `config/agents/NAME.yaml`. */
  readonly file: string;
}

/** The agents that the operator has written into files. */
export class ImportedAgents {
  #byName: ReadonlyMap<string, ImportedAgent> = new Map();

  /** Of two files with the same name the first counts. */
  replace(agents: readonly ImportedAgent[]): void {
    this.#byName = new Map(agents.toReversed().map((agent) => [agent.name, agent]));
  }

  find(name: string): ImportedAgent | undefined {
    return this.#byName.get(name);
  }

  /** All of them, by name. */
  all(): ImportedAgent[] {
    return [...this.#byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}
