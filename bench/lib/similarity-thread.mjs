import { join } from "node:path";
import { build } from "../../src/build.mjs";
import { projectRoot } from "./service.mjs";

const onBun = Boolean(process.versions.bun);
const file = (path) => join(projectRoot, onBun ? `${path}.ts` : `dist/${path}.js`);

/** The thread as the service has it: built on Node, the source on Bun. */
export async function startSimilarityThread() {
  if (!onBun) build();
  const { SimilarityThread } = await import(file("workers/similarity/client"));
  const { openSimilarityThread } = await import(file("workers/similarity/open-thread"));
  const entry = `file://${file("workers/similarity/main")}`;
  return new SimilarityThread({
    open: (onEnd) => openSimilarityThread({ entry, onEnd }),
    deadlineMs: 60_000,
    onFault: (err) => {
      throw err;
    },
  });
}
