import { expect } from "vitest";
import { until } from "./deadline.ts";
import type { Gateway } from "./gateway.ts";

export type Facts = Record<string, unknown>;

/** Says that a request came through a proxy on this machine, from another one. */
export const ELSEWHERE = { "x-forwarded-for": "192.0.2.7" };

/** A page of the list of requests. */
export interface RequestPage {
  running: Facts[];
  running_total: number;
  requests: Facts[];
  next: number | null;
  recorded: boolean;
}

/** Asks for a page of requests. */
export async function listed(
  gateway: Gateway,
  query = "",
  headers: Record<string, string> = {},
): Promise<RequestPage> {
  const answer = await gateway.get(`/api/v1/requests${query}`, { headers });
  expect(answer.status).toBe(200);
  return (await answer.json()) as RequestPage;
}

/** The one request of a project that is under way, once it waits for this. */
export async function underWay(
  gateway: Gateway,
  project: string,
  waitingFor: string | null,
): Promise<Facts> {
  let found: Facts | undefined;
  await until(async () => {
    const { running } = await listed(gateway, `?project=${project}`);
    found = running.find(({ waiting_for, kind }) => waiting_for === waitingFor && kind !== "batch");
    return found !== undefined;
  }, `a request of ${project} waits for ${waitingFor}`);
  return found ?? {};
}

/** Cancels a request. */
export function cancel(
  gateway: Gateway,
  id: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  return gateway.get(`/api/v1/requests/${String(id)}`, { method: "DELETE", headers });
}
