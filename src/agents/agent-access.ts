import { ServiceError } from "../errors/service-error.ts";
import type { Agent } from "./agent.ts";
import type { ImportedAgent } from "./imported-agents.ts";

/** Who looks at agents. */
export interface Viewer {
  readonly tenant: string;
  /** Whether it may manage what all share. */
  readonly manages: boolean;
}

/** Whether somebody may change an agent: its owner, and who may manage; of files nobody. */
export function mayChange({ owner }: Agent, { tenant, manages }: Viewer): boolean {
  return owner !== undefined && (manages || owner === tenant);
}

/** @returns its owner. @throws ServiceError `forbidden` for who may not change it. */
export function assertMayChange(agent: Agent, viewer: Viewer): string {
  const { name, owner } = agent;
  if (owner !== undefined && mayChange(agent, viewer)) return owner;
  const message =
    owner === undefined
      ? `The agent '${name}' is that of ${fileOf(agent)}; it is changed there`
      : `The agent '${name}' is another tenant's; make one of your own under that name with POST /api/v1/agents/create`;
  throw new ServiceError("forbidden", message, { param: "name" });
}

/** The file that an agent comes from; undefined for one that a tenant has made. */
export function fileOf(agent: Agent): string | undefined {
  return agent.owner === undefined ? (agent as ImportedAgent).file : undefined;
}
