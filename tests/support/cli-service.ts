import { cli, type PipedEnd } from "./cli.ts";
import { expectShape } from "./cli-shapes.ts";
import { startService, type RunningService } from "./service.ts";

interface CliService extends RunningService {
  /** For the program: where the service is. */
  env: Record<string, string>;
  /** Runs a command that is expected to end well. @returns its standard output */
  run: (args: string[], input?: string) => Promise<string>;
  /** Runs it with `--json`. @returns what it wrote, whose shape was checked */
  json: (words: string, ...args: string[]) => Promise<unknown>;
  /** Runs it, however it ends. */
  end: (args: string[], input?: string) => Promise<PipedEnd>;
}

/** Starts a service in front of a fake, for commands to ask; all end with the test. */
export async function startCliService(
  ...options: Parameters<typeof startService>
): Promise<CliService> {
  const [settings = {}, ...more] = options;
  const service = await startService({ RATE_LIMIT_ENABLED: "false", ...settings }, ...more);
  const env = { SHARED_OLLAMA_URL: service.gateway.url };
  const end: CliService["end"] = (args, input) =>
    cli(args, { env, ...(input === undefined ? {} : { input }) });
  const run: CliService["run"] = async (args, input) => {
    const { code, stdout, stderr } = await end(args, input);
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
    return stdout;
  };
  const json: CliService["json"] = async (words, ...args) =>
    expectShape(words, await run([...words.split(" "), ...args, "--json"]));
  return { ...service, env, run, json, end };
}
