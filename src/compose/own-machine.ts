import { isLoopback } from "../../config/load.ts";

/** Whether an address leads to this machine. One to every address of a machine does as well. */
export function isOwnMachine(origin: string): boolean {
  const { hostname } = new URL(origin);
  return isLoopback(hostname) || hostname === "0.0.0.0" || hostname === "[::]";
}
