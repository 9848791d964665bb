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
  facts: Pick<Facts, "config" | "machine" | "service" | "port">,
): Promise<Finding[]> {
  const { apiHost } = facts.config.settings;
  const { port } = facts;
  if (port === 0) return [ok("Each start takes a free one (API_PORT=0).")];
  if (facts.service) return [ok(`${port} is this service's.`)];
  const code = await facts.machine.tryPort(apiHost, port);
  if (code === undefined) return [ok(`${port} is free.`)];
  if (code === "EADDRINUSE") {
    const holder = await facts.machine.portHolder(port);
    return [
      broken(
        `${port} is in use by ${holder ?? "another program"}.`,
        `End that, or choose another port: API_PORT=${port === 65_535 ? 8001 : port + 1}.`,
      ),
    ];
  }
  const todo = REASONS[code];
  const found = `${apiHost}:${port} cannot be listened on (${code}).`;
  return [todo === undefined ? unknown(found) : broken(found, todo)];
}
