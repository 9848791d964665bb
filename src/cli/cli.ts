import { createApi, type Api } from "./api.ts";
import { CliError, Interrupted, WrongUse } from "./cli-error.ts";
import type { Output } from "./output/output.ts";
import { oneLine } from "./output/text.ts";
import { projectName } from "./project-name.ts";
import { serviceUrl } from "./service-url.ts";

export interface GlobalFlags {
  url: string | undefined;
  project: string | undefined;
  json: boolean;
  yes: boolean;
}

interface CliOptions {
  env: Record<string, string | undefined>;
  flags: GlobalFlags;
  out: Output;
  input: NodeJS.ReadStream;
  /** Leaves signals and streams to somebody else, who runs from now on in this process. */
  handOver: () => void;
}

/** What a command works with. */
export class Cli {
  readonly env: Record<string, string | undefined>;
  readonly flags: GlobalFlags;
  readonly out: Output;
  readonly input: NodeJS.ReadStream;
  readonly handOver: () => void;
  #url: string | undefined;
  #api: Api | undefined;
  #interrupt: AbortController | undefined;

  constructor({ env, flags, out, input, handOver }: CliOptions) {
    this.env = env;
    this.flags = flags;
    this.out = out;
    this.input = input;
    this.handOver = handOver;
  }

  /** Where the service answers, without a slash at the end. @throws WrongUse for what is no URL. */
  get url(): string {
    this.#url ??= serviceUrl(this.flags.url, this.env);
    return this.#url;
  }

  /** The service's routes. @throws WrongUse for what is no URL, and for a project that is none. */
  get api(): Api {
    this.#api ??= createApi({ url: this.url, project: projectName(this.flags.project) });
    return this.#api;
  }

  /** Aborts with Ctrl-C. A command that takes it has to end then; all others end at once. */
  get signal(): AbortSignal {
    this.#interrupt ??= new AbortController();
    return this.#interrupt.signal;
  }

  /** Ctrl-C was pressed while a command saw to its own end. */
  get isInterrupted(): boolean {
    return this.#interrupt?.signal.aborted ?? false;
  }

  /** Ctrl-C was pressed. @returns whether the command sees to its own end. */
  interrupt(): boolean {
    if (!this.#interrupt || this.#interrupt.signal.aborted) return false;
    this.#interrupt.abort(new Interrupted());
    return true;
  }

  /** Writes what a command has found: JSON with `--json`, else what `show` writes for people. */
  show<T>(found: T, show: (found: T, out: Output) => void): void {
    if (this.flags.json) this.out.json(found);
    else show(found, this.out);
  }

  /**
   * Asks before something is lost; `--yes` answers it.
   * @throws WrongUse where nobody is there to answer; CliError where the answer is no.
   */
  async confirm(question: string): Promise<void> {
    if (this.flags.yes) return;
    if (!this.input.isTTY || !this.out.isTerminal || this.flags.json) {
      throw new WrongUse(`${question} Nobody is here to answer: say it with --yes`);
    }
    if (!(await this.ask(question))) throw new CliError("Nothing was changed");
  }

  /** Asks a yes-or-no question at the terminal; Enter alone means no. @throws Interrupted */
  async ask(question: string): Promise<boolean> {
    const { ask } = await import("./ask.ts");
    const { input, out } = this;
    return ask(oneLine(question), { input, output: out.stdout, hasColor: out.style.isOn });
  }
}
