import { expect } from "vitest";
import type { EndedRequest } from "../../src/requests/ended-request.ts";
import { startService } from "../support/service.ts";
import { storeRequests } from "../support/stored-requests.ts";

/** A client on another machine, as a proxy on this one tells of it. */
export const ELSEWHERE = { "x-forwarded-for": "192.0.2.7" };

type Env = Parameters<typeof startService>[0];

/** Starts a service that keeps records, with some in its store. */
export async function startWithRecords(requests: readonly EndedRequest[] = [], env: Env = {}) {
  const { gateway } = await startService({ REQUEST_LOG_ENABLED: "true", ...env });
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    gateway.get(`/api/v1${path}`, { headers });
  /** The body of an answer that has to be fine. */
  const textOf = async (path: string, headers?: Record<string, string>): Promise<string> => {
    const answer = await get(path, headers);
    const text = await answer.text();
    expect([answer.status, text]).toEqual([200, text]);
    return text;
  };
  const jsonOf = async (
    path: string,
    headers?: Record<string, string>,
  ): Promise<Record<string, unknown>> =>
    JSON.parse(await textOf(path, headers)) as Record<string, unknown>;
  // The file is there with the first answer, to a project of its own.
  await textOf("/metrics", { "x-project-name": "set-up" });
  storeRequests(gateway.home, requests);
  return { gateway, get, textOf, jsonOf };
}
