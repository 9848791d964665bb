interface Script {
  /** As it was called. */
  script: string;
  /** What does it now, in Markdown. */
  command: string;
  /** What is not as it was, exit codes among it. */
  differs: string;
}

/** The scripts of earlier versions, and what does their work now. */
export const SCRIPTS: Script[] = [
  {
    script: "core/start.sh",
    command: "`start --background`, then `warmup`",
    differs:
      "without `--background` it stays in the foreground, as with `--foreground`; `verify` looks at " +
      "the set-up, so there is no `--skip-verify`; the process is noted in `data/service.json`, not in " +
      "`.api.pid`; exit 0 when it runs already, as before, 1 when it ended or is not ready",
  },
  {
    script: "core/shutdown.sh",
    command: "`stop`, then `cleanup`",
    differs:
      "lets answers end; ends the service and the Ollama that it has started, no other; deletes no " +
      "logs; asks nothing; exit 0 when nothing ran",
  },
  {
    script: "core/status.sh",
    command: "`status`, and `ask` for an answer",
    differs:
      "generates nothing, lists no processes; the disk is in `doctor`; exit 3 when it is down, 1 when it " +
      "answers and is not ready",
  },
  {
    script: "core/verify_setup.sh",
    command: "`verify`",
    differs:
      "starts the service with `--start` and fetches models with `--pull` only; exit 3 when the " +
      "service does not run, 1 for all else",
  },
  {
    script: "core/cleanup.sh",
    command: "`cleanup`",
    differs:
      "only below `SHARED_OLLAMA_HOME`; asks; `--dry-run` says what would go; takes nothing that a " +
      "running service has in use",
  },
  {
    script: "diagnostics/health_check.sh",
    command: "`health`, and `verify --start` for the models",
    differs:
      "`health` only asks: exit 0 when ready, 1 when not, 3 when it does not run; `verify --start` " +
      "starts it and tries each required model, exit 1 when one fails",
  },
  {
    script: "diagnostics/ci_check.sh",
    command: "`ci-check`",
    differs:
      "`MAX_WAIT` and `RETRY_INTERVAL` hold as before; exit 3 when nothing has answered in time, 1 " +
      "for a corrupt model",
  },
  {
    script: "maintenance/install_native.sh",
    command: "`install`, then `preload` and `doctor`",
    differs:
      "Linux too; says what it does and asks; `--plan` only says it; the graphics card is looked at " +
      "by `doctor`",
  },
  {
    script: "diagnostics/async_load_test",
    command: "`load-test`",
    differs:
      "asks the service, not Ollama; spreads the load over projects; `--base-url` is the service's " +
      "address; exit 1 when a request has failed, 130 with a partial report after Ctrl-C",
  },
  {
    script: "maintenance/preload_models.sh",
    command: "`preload`",
    differs: "the service fetches; exit 1 when one could not be fetched, 3 when it does not run",
  },
  {
    script: "maintenance/warmup_models.sh",
    command: "`warmup`",
    differs:
      "the service loads, without a question; exit 1 when one could not be loaded, 3 when it does " +
      "not run",
  },
  {
    script: "maintenance/calculate_memory_limit.sh",
    command: "`memory-limit`",
    differs: "writes no temporary file: `--output FILE` names one",
  },
  {
    script: "maintenance/fine_tune_helper create-modelfile",
    command: "`create-modelfile`",
    differs: "writes to the standard output where no `--output` is said; asks before it replaces",
  },
  {
    script: "maintenance/fine_tune_helper prepare-data",
    command: "`prepare-data`",
    differs:
      "checks each line (exit 1 when one is no example), shuffles, and splits into a folder; " +
      "`--output NAME.jsonl` makes one file; writes nothing over",
  },
  {
    script: "maintenance/fine_tune_helper create-model",
    command: "`create-model`",
    differs: "through the service: `--url` in place of `--base-url`; exit 4 without the Modelfile",
  },
  {
    script: "diagnostics/performance_report",
    command: "`performance`",
    differs:
      "asks the service, not its log file: no `--log-file`; all models, each with its own line; " +
      "`--window` is minutes, as it was",
  },
  {
    script: "diagnostics/view_analytics",
    command: "`analytics`",
    differs: "of all records that are kept, not of the last day, where no `--window` is said",
  },
  {
    script: "client library",
    command: "a client generated from the document (`openapi`)",
    differs:
      "in every language that has a generator; OpenAI's and Ollama's own clients work too (`connect`); " +
      "OpenAI's try again by themselves, after `Retry-After`; there is no circuit breaker",
  },
];
