import { type PullStatus, layerStatus } from "./sources/source.ts";

/** As often as Ollama writes a line, news or not: a client that has left is noticed by it. */
const REPORT_EVERY_MS = 60;

/** Tells how far a blob has come: when `work` first says it, and on for as long as it takes. */
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
