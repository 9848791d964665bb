import { findingsOf, type Finding } from "../finding.ts";
import type { Facts } from "../facts.ts";

const { ok, broken, unknown } = findingsOf("port");

const REASONS: Record<string, string> = {
  EACCES: "Choose a port above 1023 with API_PORT.",
  EADDRNOTAVAIL: "Set API_HOST to an address of this machine.",
  ENOTFOUND: "Set API_HOST to an address of this machine.",
};

/** The port that clients come to: free, or this service's already. */
export async function checkPort(
  facts: Pick<Facts, "config" | "machine" | "service">,
): Promise<Finding[]> {
  const { apiHost, apiPort } = facts.config.settings;
  if (apiPort === 0) return [ok("Each start takes a free one (API_PORT=0).")];
  if (facts.service) return [ok(`${apiPort} is this service's.`)];
  const code = await facts.machine.tryPort(apiHost, apiPort);
  if (code === undefined) return [ok(`${apiPort} is free.`)];
  if (code === "EADDRINUSE") {
    const holder = await facts.machine.portHolder(apiPort);
    return [
      broken(
        `${apiPort} is in use by ${holder ?? "another program"}.`,
        `End that, or choose another port: API_PORT=${apiPort === 65_535 ? 8001 : apiPort + 1}.`,
      ),
    ];
  }
  const todo = REASONS[code];
  const found = `${apiHost}:${apiPort} cannot be listened on (${code}).`;
  return [todo === undefined ? unknown(found) : broken(found, todo)];
}
