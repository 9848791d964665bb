/** A variable that the service does not read, and a command does. */
export interface CommandVariable {
  env: string;
  about: string;
}

/** Variables of the command line, some of them those of earlier scripts. */
export const COMMAND_VARIABLES: CommandVariable[] = [
  { env: "SHARED_OLLAMA_URL", about: "Every command: the service that is asked, as `--url`." },
  { env: "MAX_WAIT", about: "`ci-check`: seconds to wait for the service, as `--max-wait`." },
  {
    env: "RETRY_INTERVAL",
    about: "`ci-check`: seconds between two looks, as `--retry-interval`.",
  },
  { env: "KEEP_ALIVE", about: "`warmup`: how long a model stays in memory, as `--keep-alive`." },
];
