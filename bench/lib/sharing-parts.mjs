import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const projectRoot = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** What the simulation is made of: the service's own parts, from the sources or from what was built. */
export async function sharingParts() {
  const load = (path) =>
    import(join(projectRoot, process.versions.bun ? `src/${path}.ts` : `dist/src/${path}.js`));
  const files = [
    "scheduling/fair-queue",
    "scheduling/model-floor",
    "scheduling/start-time-turns",
    "scheduling/cost-estimates",
    "scheduling/tenant-weights",
    "models/load-times",
    "runtime/light-signal",
  ];
  return Object.assign({}, ...(await Promise.all(files.map(load))));
}
