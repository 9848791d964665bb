import type { McpTool, McpToolBox, McpToolBoxes } from "../mcp/mcp-tools.ts";
import { awakeNow } from "../runtime/awake-clock.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import type { LiveRun } from "./live-run.ts";
import { RunEnd } from "./run-end.ts";
import type { StoredTool } from "./stored-tool.ts";
import { ToolNames } from "./tool-names.ts";

interface RunHoldOptions {
  run: LiveRun;
  /** Functions that the run's client brings. */
  clientTools: readonly StoredTool[];
  boxes: Pick<McpToolBoxes, "open">;
  deadlines: Pick<Deadlines, "after">;
  /** Told of a mistake of ours. */
  onFault: (err: unknown) => void;
}

/** What a run has while it goes on, and gives back while it waits for a person: time, and its tools. */
export class RunHold {
  readonly #options: RunHoldOptions;
  #names: ToolNames;
  #wasOpened = false;
  #box: McpToolBox | undefined;
  /** Undoes the deadline, while it runs. */
  #callOff: (() => void) | undefined;
  /** Milliseconds that the run may still take. */
  #leftMs: number;
  #since = 0;

  constructor(options: RunHoldOptions) {
    this.#options = options;
    this.#leftMs = options.run.agent.timeoutSec * 1000;
    this.#names = this.#namesOf([]);
  }

  /** The tools by the names that the model knows. */
  get names(): ToolNames {
    return this.#names;
  }

  /** The tools that can be called; undefined while there are none. */
  get box(): McpToolBox | undefined {
    return this.#box;
  }

  /** Has the run's time go on, and its servers ready. @throws as McpToolBoxes; what ends the run. */
  async take(): Promise<void> {
    this.#startClock();
    await this.#openTools();
  }

  /** Neither the run's time goes on nor are there tools, until they are taken again. */
  giveBack(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#leftMs -= awakeNow() - this.#since;
    const box = this.#box;
    this.#box = undefined;
    if (box) this.#close(box);
  }

  #startClock(): void {
    const { run, deadlines } = this.#options;
    this.#since = awakeNow();
    const expire = (): void => run.stop(new RunEnd("timeout"));
    this.#callOff = deadlines.after(Math.max(0, this.#leftMs), expire);
  }

  async #openTools(): Promise<void> {
    const { run } = this.#options;
    const { mcp: servers } = run.agent;
    if (servers.length === 0 || this.#box) return;
    const isFirst = !this.#wasOpened;
    const told = isFirst ? servers.map((name) => ({ name, tell: run.writer.listTools(name) })) : [];
    try {
      const { tenant } = run.owner;
      this.#box = await this.#opened(servers, { tenant, run: run.id });
    } catch (err) {
      const why = err instanceof Error ? err.message : "";
      for (const { tell } of told) tell([], why);
      throw err;
    }
    const { tools } = this.#box;
    // What the model was told first holds for all of its turns.
    if (isFirst) this.#names = this.#namesOf(tools);
    this.#wasOpened = true;
    for (const { name, tell } of told) {
      tell(tools.filter((tool) => tool.server === name && this.#names.isAllowed(tool)));
    }
  }

  /** A box that comes after the run was called off is given back. */
  async #opened(servers: readonly string[], holder: { tenant: string; run: string }) {
    const { run, boxes } = this.#options;
    const { signal } = run;
    signal.throwIfAborted();
    const opening = boxes.open(servers, holder, signal);
    try {
      return await unlessAborted(opening, signal);
    } catch (err) {
      opening.then((box) => this.#close(box)).catch(() => {});
      throw err;
    }
  }

  #namesOf(tools: readonly McpTool[]): ToolNames {
    const { run, clientTools } = this.#options;
    const { agent } = run;
    const own = [...(agent.tools ?? []), ...clientTools];
    return new ToolNames({ mcp: tools, allowed: agent.allowedTools, client: own });
  }

  /** Not waited for: what ends a run is told at once. */
  #close(box: McpToolBox): void {
    box.close().catch((err: unknown) => this.#options.onFault(err));
  }
}
