/** Whether this is Bun, for the places where the runtimes differ. */
export const onBun = process.versions["bun"] !== undefined;

/** What this process runs on, for people. */
export const runtime: { name: "node" | "bun"; version: string } = onBun
  ? { name: "bun", version: process.versions["bun"] ?? "" }
  : { name: "node", version: process.versions.node };
