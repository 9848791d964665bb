import { spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { homeHolder, readNote } from "../../src/runtime/home-lock.ts";
import { projectRoot } from "../../src/runtime/paths.ts";
import { until, within } from "../support/deadline.ts";
import { photo } from "../support/image-files.ts";
import type { CodeBlock } from "../support/markdown-blocks.ts";
import { INTERPRETER } from "../support/python-tests.ts";
import type { AskedService } from "./asked-service.ts";

const ADDRESS = "127.0.0.1:8000";
/** The id that pages show for a request. */
const SHOWN_ID = "477f7247-e163-409b-bf38-9689ffdbdddf";
/** The picture's width, which a model that sees it tells. */
export const PHOTO_WIDTH = 900;

/** Less than a test has, so that what hangs is told with its output. */
const LIMIT_MS = 100_000;

/** Packages are installed as fast as may be, and nothing is asked about them. */
const QUIET_NPM = {
  npm_config_audit: "false",
  npm_config_fund: "false",
  npm_config_prefer_offline: "true",
  npm_config_update_notifier: "false",
};

/**
 * A package manager that leaves the project's folder as it is: `install` there is how the tests came
 * to run, and done. Anywhere else it is the real one.
 */
const keepingTheProject = (program: string): string => `#!/bin/sh
if [ "$PWD" = "${projectRoot}" ]; then
  case "$*" in
    install) exit 0 ;;
    start | "run "*) ;;
    *) echo "$* would change the project" >&2; exit 1 ;;
  esac
fi
PATH=\${PATH#*:}
exec ${program} "$@"
`;

/**
 * Programs of the Python with the clients' packages. Its folder as a whole is not looked in: a
 * package there brings a node and an npm of its own.
 */
const PYTHON_PROGRAMS = ["python", "python3", "pip"];

/** The command line, as after `npm link`. What it starts is in a folder of its own. */
const commandLine = (home: string): string => `#!/bin/sh
case "$1" in
  start | stop | restart) export SHARED_OLLAMA_HOME="${home}" API_PORT=0 WORKER_THREADS=1 ;;
esac
exec "${process.execPath}" "${join(projectRoot, "src/cli.mjs")}" "$@"
`;

const ofPython = (program: string): string => `#!/bin/sh
exec "${join(dirname(INTERPRETER), program)}" "$@"
`;

export interface Ran {
  /** The exit status, or the signal that has ended it. */
  status: number | string | null;
  output: string;
}

/** The same for all pages. */
const picture = (): Promise<Buffer> => (pictureOnce ??= photo({ width: PHOTO_WIDTH, height: 700 }));
let pictureOnce: Promise<Buffer> | undefined;

/** Where the blocks of a page are run one after the other, as a reader would with one folder. */
export class PageFolder {
  readonly #root: string;
  readonly #service: AskedService;
  /** For a service that a block starts. */
  readonly #ollamaUrl: string;

  private constructor(root: string, service: AskedService, ollamaUrl: string) {
    this.#root = root;
    this.#service = service;
    this.#ollamaUrl = ollamaUrl;
  }

  /**
   * Makes one, with a picture, the service's logs and a package of its own; the project's
   * packages lie above it, as if they were installed.
   */
  static async make(service: AskedService, ollamaUrl: string): Promise<PageFolder> {
    const root = await realpath(await mkdtemp(join(tmpdir(), "shared-ollama-page-")));
    const folder = new PageFolder(root, service, ollamaUrl);
    await mkdir(folder.#path);
    await mkdir(folder.#programs);
    await symlink(join(projectRoot, "node_modules"), join(root, "node_modules"));
    await symlink(service.logs, join(folder.#path, "logs"));
    await writeFile(join(folder.#path, "package.json"), '{ "private": true, "type": "module" }');
    await writeFile(join(folder.#path, "photo.jpg"), await picture());
    // HTTPie takes what is no terminal for a body; readers have one.
    await writeFile(join(root, "config.json"), '{ "default_options": ["--ignore-stdin"] }');
    const bun = join(projectRoot, "node_modules/.bin/bun");
    for (const [name, program] of Object.entries({ npm: "npm", bun })) {
      await writeFile(join(folder.#programs, name), keepingTheProject(program), { mode: 0o755 });
    }
    const program = commandLine(folder.#home);
    await writeFile(join(folder.#programs, "shared-ollama"), program, { mode: 0o755 });
    for (const program of PYTHON_PROGRAMS) {
      await writeFile(join(folder.#programs, program), ofPython(program), { mode: 0o755 });
    }
    return folder;
  }

  /** Removes it, and ends what a block has left running. */
  async remove(): Promise<void> {
    const pid = readNote(this.#home).pid;
    if (pid !== undefined && (await homeHolder(this.#home))) {
      process.kill(pid, "SIGKILL");
      await until(async () => !(await homeHolder(this.#home)), "the end of what a block started");
    }
    await rm(this.#root, { recursive: true, force: true });
  }

  /** Runs a block as it stands, but for the service's address and a request's id. */
  run({ language, code, line }: CodeBlock): Promise<Ran> {
    const here = this.#here(code);
    switch (language) {
      case "bash":
        return this.#runShell(here);
      case "python":
        return this.#runProgram(INTERPRETER, "-c", here);
      case "ts":
        return this.#runTypeScript(`block-${line}`, here);
      default:
        throw new Error(`nothing runs blocks of ${language}`);
    }
  }

  /** Runs a block that starts a service, until that listens, and stops it as Control-C does. */
  async start({ code }: CodeBlock): Promise<Ran> {
    const shell = spawn("bash", shellArgs(code), {
      cwd: projectRoot,
      // A group of its own: the terminal sends Control-C to all of it.
      detached: true,
      env: {
        ...this.#env(),
        API_PORT: "0",
        SHARED_OLLAMA_HOME: this.#home,
        WORKER_THREADS: "1",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { output, ended } = followed(shell);
    const stop = (signal: NodeJS.Signals): void => {
      if (shell.pid !== undefined && shell.exitCode === null) process.kill(-shell.pid, signal);
    };
    try {
      const listens = (): boolean => /^Listening on /m.test(output());
      await until(() => listens() || shell.exitCode !== null, "the service listens", 60_000);
      stop("SIGINT");
      return await within(ended, "the end after Control-C", 60_000);
    } finally {
      stop("SIGKILL");
    }
  }

  #runShell(code: string): Promise<Ran> {
    const cwd = isOfProject(code) ? projectRoot : this.#path;
    return this.#run({ program: "bash", args: shellArgs(code), cwd });
  }

  /** Type-checks it as strictly as a new project does, and runs what the compiler made of it. */
  async #runTypeScript(name: string, code: string): Promise<Ran> {
    await writeFile(join(this.#path, `${name}.ts`), code);
    const compilerOptions = {
      ...{ target: "ES2023", module: "NodeNext", types: ["node"], outDir: "out" },
      ...{ strict: true, noUncheckedIndexedAccess: true, skipLibCheck: true },
      rewriteRelativeImportExtensions: true,
    };
    const project = JSON.stringify({ compilerOptions, files: [`${name}.ts`] });
    await writeFile(join(this.#path, "tsconfig.json"), project);
    const compiler = join(projectRoot, "node_modules/typescript-native/bin/tsc");
    const checked = await this.#runProgram("node", compiler, "-p", ".");
    if (checked.status !== 0) return checked;
    return this.#runProgram(process.execPath, join("out", `${name}.js`));
  }

  #runProgram(program: string, ...args: string[]): Promise<Ran> {
    return this.#run({ program, args, cwd: this.#path });
  }

  #run({ program, args, cwd }: { program: string; args: string[]; cwd: string }): Promise<Ran> {
    const child = spawn(program, args, {
      cwd,
      env: this.#env(),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
    });
    return followed(child).ended;
  }

  #here(code: string): string {
    const { host, port } = new URL(this.#service.url);
    return code
      .replaceAll(ADDRESS, host)
      .replaceAll("http :8000/", `http :${port}/`)
      .replaceAll(SHOWN_ID, this.#service.lastId);
  }

  #env(): NodeJS.ProcessEnv {
    const path = [this.#programs, process.env["PATH"] ?? ""];
    return {
      ...process.env,
      ...QUIET_NPM,
      PATH: path.join(delimiter),
      SHARED_OLLAMA_URL: this.#service.url,
      // Where the service's logs are.
      SHARED_OLLAMA_HOME: this.#path,
      OLLAMA_BASE_URL: this.#ollamaUrl,
      // The machine's proxy does not reach this machine.
      ...{ NO_PROXY: "127.0.0.1,localhost", no_proxy: "127.0.0.1,localhost" },
      ...{ PYTHONDONTWRITEBYTECODE: "1", HTTPIE_CONFIG_DIR: this.#root },
    };
  }

  get #path(): string {
    return join(this.#root, "page");
  }

  get #home(): string {
    return join(this.#root, "home");
  }

  get #programs(): string {
    return join(this.#root, "bin");
  }
}

/** The runtime on which a block starts the service, which then runs until it is stopped. */
export function startsOn({ language, code }: CodeBlock): "Node" | "Bun" | undefined {
  if (language !== "bash") return undefined;
  if (/\bbun run start$/m.test(code)) return "Bun";
  return /\bnpm start$|\bnode .*src\/start\.mjs$/m.test(code) ? "Node" : undefined;
}

/** Whether a block names scripts or files of the project, which only its own folder has. */
function isOfProject(code: string): boolean {
  return /\b(npm|bun) (install$|start\b|run\b)|\b(deploy|examples|src)\//m.test(code);
}

/** Of a shell that stops where a reader would: at the first command that fails. */
function shellArgs(code: string): string[] {
  return ["-euo", "pipefail", "-c", code];
}

/** Collects what a program writes, until it has ended. */
function followed(child: ReturnType<typeof spawn>): { output: () => string; ended: Promise<Ran> } {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ status: code ?? signal, output }));
  });
  return { output: () => output, ended };
}
