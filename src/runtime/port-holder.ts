import systeminformation from "systeminformation";

/** Which process holds a port, for a message; undefined when the system does not say. */
export async function portHolder(port: number): Promise<string | undefined> {
  const connections = await systeminformation.networkConnections().catch(() => []);
  const holder = connections.find((c) => c.state === "LISTEN" && c.localPort === String(port));
  if (!holder?.pid) return undefined;
  return holder.process ? `${holder.process} (process ${holder.pid})` : `process ${holder.pid}`;
}
