import { writeFile } from "node:fs/promises";
import type { Cli } from "../cli.ts";
import { CliError } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { fileProblem } from "../file-problem.ts";
import { showFacts, type Fact } from "../output/facts.ts";
import type { Output } from "../output/output.ts";
import { count, duration, percent } from "../output/units.ts";
import { LOAD_ARGS, loadOptions, type LoadOptions } from "./load-options.ts";
import { projectNames, projectsFor } from "./load-projects.ts";
import { LOAD_REPORT_SCHEMA, loadReport, type LoadReport } from "./load-report.ts";
import { LoadLine } from "./load-line.ts";
import type { LoadOutcome } from "./load-plan.ts";
import { runLoad, TICK_MS, type LoadResult, type LoadState } from "./run-load.ts";
import { questionSender } from "./send-question.ts";
import { checkService, type ProjectLimits } from "./service-limits.ts";

const PROJECT = "load-test";

export const loadTestCommand = defineCommand({
  about:
    "Sends one question over and over, through the service and past its response cache, and tells " +
    "how long the answers took. It is spread over so many projects that no project's limits refuse " +
    "any of it. Ctrl-C ends it with a report of what there is. Exit 1 when requests have failed.",
  args: LOAD_ARGS,
  examples: [
    {
      line: "shared-ollama load-test --requests 20 --workers 4 --max-tokens 8",
      about: "Twenty short answers, four at a time",
    },
    {
      line: "shared-ollama load-test --requests 10 --max-tokens 8 --output report.json",
      about: "The whole report in a file",
    },
  ],
  json: { schema: LOAD_REPORT_SCHEMA },
  run: async (cli, args) => {
    const options = loadOptions(args);
    cli.flags.url ??= args["base-url"];
    const report = await test(cli, options);
    const { output } = args;
    if (output !== undefined) {
      await writeFile(output, `${JSON.stringify(report, null, 2)}\n`).catch((err: unknown) => {
        throw fileProblem(err, `Cannot write ${output}`);
      });
    }
    cli.show(report, (_, out) => showReport(report, output, out));
    if (report.summary.ended_early === "stopped") return EXIT.interrupted;
    return report.summary.failures > 0 || report.summary.successes === 0 ? EXIT.failed : EXIT.ok;
  },
});

async function test(cli: Cli, options: LoadOptions): Promise<LoadReport> {
  const { model, plan: planned, skipVerify, warmup } = options;
  const limits = skipVerify
    ? undefined
    : await checkService(cli, { model, healthTimeoutMs: options.healthTimeoutMs });
  const name = cli.flags.project ?? PROJECT;
  const spread = limits === undefined ? 1 : projectsFor(planned, limits);
  const projects = projectNames(name, options.projects ?? spread);
  noteLimits(cli, options, limits);
  const plan = { ...planned, projects };
  const send = questionSender({ url: cli.url, ...options });
  const line = new LoadLine({ out: cli.out, plan });
  const onProgress = (now: LoadState): void => line.update(now);
  let result: LoadResult;
  try {
    await warmUp({ send: (signal) => send(`${name}-warmup`, signal), warmup, line, cli });
    result = await runLoad({ plan, send, signal: cli.signal, onProgress });
  } finally {
    line.end();
  }
  return loadReport(result, { base_url: cli.url, ...options.config, projects });
}

/** How many there will be is not known where only the time is: some may be refused. */
function noteLimits(cli: Cli, options: LoadOptions, limits: ProjectLimits | undefined): void {
  const perMinute = limits?.perMinute;
  if (perMinute === undefined || options.plan.requests !== undefined) return;
  if (options.projects !== undefined || cli.flags.json) return;
  cli.out.note(
    `The service takes ${perMinute} requests a minute of one project: more of them are refused. ` +
      "--projects spreads the test over more projects.",
  );
}

interface WarmUp {
  send: (signal: AbortSignal) => Promise<LoadOutcome>;
  /** How many requests. */
  warmup: number;
  line: LoadLine;
  cli: Cli;
}

/** They go one after the other, and have the model loaded. */
async function warmUp({ send, warmup, line, cli: { signal } }: WarmUp): Promise<void> {
  let sent = 0;
  const say = (): void => line.say(`Warming up: ${sent} of ${warmup}`);
  const ticking = setInterval(say, TICK_MS);
  try {
    while (sent < warmup && !signal.aborted) {
      sent += 1;
      say();
      const outcome = await send(signal);
      if (outcome.ok) continue;
      throw new CliError(`The first requests fail, so nothing was tested: ${outcome.message}`);
    }
  } finally {
    clearInterval(ticking);
  }
}

function showReport(
  { summary, config }: LoadReport,
  output: string | undefined,
  out: Output,
): void {
  const { latency_ms: latency, errors } = summary;
  const ms = (value: number | null): string => (value === null ? "–" : duration(value));
  const facts: Fact[] = [
    [
      "Requests",
      `${count(summary.total_requests)}, ${count(summary.failures)} failed ` +
        `(${percent(summary.success_rate)} answered)`,
    ],
    ["Took", duration(summary.test_duration_seconds * 1000)],
    [
      "Rate",
      `${summary.requests_per_second.toFixed(2)} requests and ` +
        `${summary.tokens_per_second.toFixed(1)} tokens a second`,
    ],
    ["Latency", `p50 ${ms(latency.p50)}, p95 ${ms(latency.p95)}, p99 ${ms(latency.p99)}`],
    ["", `min ${ms(latency.min)}, avg ${ms(latency.avg)}, max ${ms(latency.max)}`],
    ["Projects", config.projects.length === 1 ? (config.projects[0] ?? "") : spread(config)],
  ];
  const failed = Object.entries(errors).map(([error, times]): Fact => [
    "Failed",
    `${count(times)} × ${error}`,
  ]);
  showFacts([...facts, ...failed], out);
  if (summary.ended_early === "stopped") {
    out.note(`Stopped; ${summary.cancelled} requests under way were given up.`);
  }
  if (summary.ended_early === "unreachable") out.note("Ended early: the service has gone.");
  if (output !== undefined) out.note(`The report is in ${output}.`);
}

function spread({ projects }: LoadReport["config"]): string {
  return `${projects.length}: ${projects[0] ?? ""} to ${projects.at(-1) ?? ""}`;
}
