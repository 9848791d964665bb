import type { CodeBlock } from "../support/markdown-blocks.ts";

/** Why a block may stay unrun, each with what its commands then show. */
const REASONS: Record<string, RegExp> = {
  macos: /\b(launchctl|brew|plutil)\b/,
  /** Or root's rights. */
  systemd: /\b(sudo|systemctl|journalctl|shared-ollama service (install|uninstall)(?! --plan))\b/,
  docker: /\bdocker\b/,
  gpu: /\b(nvidia|cuda|rocm|metal)/i,
  account: /\bollama (push|signin)\b|\/api\/push\b/,
  /** Beyond package registries: what is pulled comes from a registry of models, some of it large. */
  internet:
    /\bollama pull\b|\/(api|models)\/pull\b|https:\/\/(?!127\.)|\bshared-ollama (models pull|preload|warmup|verify .*--pull)\b/,
  /** A client that is no part of a development machine; what it asks is in tests/integration/clients. */
  client: /\bollama launch\b|\b(claude|codex|aider) (--?\w)|\bopen-webui serve\b/,
  /** Over 500 MB. */
  "large-packages": /\bpip install\b.*\b(docling|torch|vllm)\b/,
  /** And benches, which would run themselves. */
  tests: /\b(npm|bun) (test\b|run (test|bench|check|soak))|\bvitest\b|\.ci\/run/,
};

const MARK = /^no-run=(\S+)$/;

/** Why a block is not run, by its mark; "" when it is run. */
export function reasonOf({ mark }: Pick<CodeBlock, "mark">): string {
  return MARK.exec(mark)?.[1] ?? "";
}

/**
 * What is wrong with a block's mark: another one than `no-run=` with one of the reasons, a reason
 * that none of its commands shows, or a call of the service beside which it does not hold.
 */
export function wrongMark(block: Pick<CodeBlock, "mark" | "code">): string | undefined {
  if (block.mark === "") return undefined;
  const reason = reasonOf(block);
  const evidence = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
  if (!evidence) return `"${block.mark}" is none of: ${Object.keys(REASONS).join(", ")}`;
  const commands = commandsOf(block.code);
  if (!commands.some((command) => evidence.test(command))) return `nothing in it needs ${reason}`;
  const runnable = commands.find((command) => callsService(command) && !evidence.test(command));
  return runnable === undefined
    ? undefined
    : `${reason} does not keep this from running: ${runnable}`;
}

/** Whether a command or a program asks the service. */
export function callsService(code: string): boolean {
  return /127\.0\.0\.1:8000|\bhttp :8000/.test(code);
}

/** Each command on a line of its own, without comments. */
function commandsOf(code: string): string[] {
  return code
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*/, "").trim())
    .filter((line) => line !== "");
}
