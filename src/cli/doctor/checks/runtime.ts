import { findingsOf, type Finding } from "../finding.ts";
import type { Facts } from "../facts.ts";

const LEAST_NODE = [20, 19] as const;

/** The program that runs all this. */
export function checkRuntime({ machine }: Pick<Facts, "machine">): Finding[] {
  const { name, version } = machine.runtime;
  const { ok, broken } = findingsOf("runtime");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  if (name === "Node" && (major < leastMajor || (major === leastMajor && minor < leastMinor))) {
    return [
      broken(`Node ${version} is too old.`, `Install Node ${leastMajor}.${leastMinor} or later.`),
    ];
  }
  return [ok(`${name} ${version} on ${machine.platform} (${machine.architecture}).`)];
}
