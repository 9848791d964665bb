import { type PullStatus, layerStatus } from "./source.ts";

/**
 * As often as Ollama writes a line, with or without progress: writing shows that a client has left.
 */
const REPORT_EVERY_MS = 60;

/** Reports the progress of a blob: from the first report of `work` on, as long as it takes. */
export async function withProgress(
  { digest, size }: { digest: string; size: number },
  report: (status: PullStatus) => void,
  work: (onProgress: (completed: number) => void) => Promise<void>,
): Promise<void> {
  let latest = -1;
  const tell = () => report(layerStatus(digest, size, Math.max(0, latest)));
  const timer = setInterval(tell, REPORT_EVERY_MS);
  try {
    await work((completed) => {
      const first = latest < 0;
      latest = completed;
      if (first) tell();
    });
  } finally {
    clearInterval(timer);
  }
}
