import { Agent, fetch as undiciFetch } from "undici";
import { onBun } from "../runtime/on-bun.ts";

/** What keeps Bun's fetch straight; an empty or missing `proxy` means that of the environment. */
export const BUN_DIRECT = { proxy: false, redirect: "manual", timeout: false } as const;

/** Opened with the first call. Node's own fetch takes proxies from NODE_USE_ENV_PROXY. */
let agent: Agent | undefined;

/**
 * Fetch for calls to the inference server: as straight as the transport. No proxy sees them,
 * whatever the environment says (its proxy variables are for pulls), a redirect is an answer like
 * any other, and a silent server is waited for until the signal aborts.
 * @throws what the runtime's fetch throws when no answer began; the signal's reason.
 */
export function directFetch(url: string, init: RequestInit = {}): Promise<Response> {
  if (onBun) return fetch(url, { ...init, ...BUN_DIRECT });
  agent ??= new Agent({ headersTimeout: 0, bodyTimeout: 0 });
  const direct = { ...init, redirect: "manual", dispatcher: agent };
  return undiciFetch(url, direct as never) as unknown as Promise<Response>;
}
