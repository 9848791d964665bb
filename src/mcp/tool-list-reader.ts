import type { Client } from "@modelcontextprotocol/client";
import type { McpServerEntry } from "../../config/mcp.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { LightSignal } from "../runtime/light-signal.ts";
import { isNestedTooDeep } from "../runtime/nesting.ts";
import type { ToolList } from "./mcp-connection.ts";
import type { McpTool } from "./mcp-tools.ts";
import { McpFault } from "./mcp-fault.ts";

interface ToolListReaderOptions {
  entry: McpServerEntry;
  client: Client;
  deadlines: Deadlines;
  /** Told when the list has changed. */
  onTools: (list: ToolList) => void;
  /** Told when a list that has changed cannot be read: the one before stays. */
  onOddity: (err: Error) => void;
}

/** Memory of one server's list. */
const MAX_LIST_BYTES = 2_097_152;

/** A server whose pages have no end is read no further. */
const MAX_PAGES = 200;

/** A server may tell of changes as often as it likes. */
const READ_EVERY_MS = 1000;

/** Reads the tools of a server: page by page, bounded, and again when the server says so. */
export class ToolListReader {
  readonly #options: ToolListReaderOptions;
  readonly #stop = new LightSignal();
  #reading = false;
  #isOld = false;
  #last: ToolList = { tools: [], leftOut: 0 };
  #callOff: () => void = () => {};

  constructor(options: ToolListReaderOptions) {
    this.#options = options;
  }

  /** The list that was last read; empty before. */
  get last(): ToolList {
    return this.#last;
  }

  /** Reads the list. @throws what the client throws; McpFault for one without end. */
  async read(signal: LightSignal): Promise<ToolList> {
    const { client, entry } = this.#options;
    const tools = new Map<string, McpTool>();
    let leftOut = 0;
    let bytes = 0;
    // The library writes on the console where a server that has no tools is asked for them.
    let cursor: string | undefined = client.getServerCapabilities()?.tools ? "" : undefined;
    for (let page = 0; cursor !== undefined; page += 1) {
      if (page === MAX_PAGES) throw new McpFault("has a list of tools without end");
      const answer = await client.request(
        { method: "tools/list", params: cursor === "" ? {} : { cursor } },
        { signal: signal.native, timeout: entry.startTimeoutMs },
      );
      for (const { name, description, inputSchema } of answer.tools) {
        const tool = { server: entry.name, name, description, inputSchema };
        if (tools.has(name)) continue;
        const size = isNestedTooDeep(inputSchema) ? Infinity : JSON.stringify(tool).length;
        if (tools.size < entry.maxTools && bytes + size <= MAX_LIST_BYTES) {
          tools.set(name, tool);
          bytes += size;
        } else leftOut += 1;
      }
      const next: string | undefined = answer.nextCursor || undefined;
      if (next === cursor) throw new McpFault("has a list of tools without end");
      cursor = next;
    }
    this.#last = { tools: [...tools.values()], leftOut };
    return this.#last;
  }

  /** Reads it again from now on when the server says that it has changed. */
  follow(): void {
    this.#options.client.setNotificationHandler("notifications/tools/list_changed", () => {
      this.#isOld = true;
      void this.#readAgain();
    });
  }

  /** Reads no more. */
  stop(): void {
    this.#callOff();
    this.#stop.abort(new McpFault("has ended"));
  }

  async #readAgain(): Promise<void> {
    if (this.#reading || this.#stop.aborted) return;
    this.#reading = true;
    this.#isOld = false;
    try {
      this.#options.onTools(await this.read(this.#stop));
    } catch (err) {
      if (!this.#stop.aborted) this.#options.onOddity(err as Error);
    }
    if (this.#stop.aborted) return;
    this.#callOff = this.#options.deadlines.after(READ_EVERY_MS, () => {
      this.#reading = false;
      if (this.#isOld) void this.#readAgain();
    });
  }
}
