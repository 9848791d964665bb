import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../src/build.mjs";
import { projectRoot } from "./service.mjs";

const onBun = Boolean(process.versions.bun);

/** A module as the service runs it: built on Node, the source on Bun. @param {string} path */
export function serviceFile(path) {
  if (!onBun) build();
  return join(projectRoot, onBun ? `${path}.ts` : `dist/${path}.js`);
}

/** The store of requests with its thread, as the service has it, in a folder of its own. */
export async function startRequestStore() {
  const { composeRequestStore } = await import(serviceFile("src/compose/request-store"));
  const { composeStoreThread } = await import(serviceFile("src/compose/store-thread"));
  const home = await mkdtemp(join(tmpdir(), "shared-ollama-bench-"));
  const say = (facts, words) => console.error(words, facts);
  const logs = { service: { info: say, warn: say, error: say } };
  const base = { settings: { requestLogEnabled: true }, home, logs };
  const store = composeRequestStore(base, composeStoreThread(base));
  store.start();
  return {
    store,
    file: join(home, "data", "requests.db"),
    stop: async () => {
      await store.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}
