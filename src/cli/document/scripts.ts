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
];
