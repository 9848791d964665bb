import { readTenantsFile } from "../../config/tenants.ts";
import type { Part } from "../runtime/lifecycle.ts";
import { WatchedFile } from "../runtime/watched-file.ts";
import type { Base } from "./base.ts";

/** Reads the tenants' weights and names again when their file has changed; a file with mistakes changes nothing. */
export function tenantsPart(
  { weights, keys, terminal, logs }: Base,
  path: string | undefined,
): Part[] {
  if (path === undefined) return [];
  const file = new WatchedFile({
    path,
    onChange: (yaml) => {
      const problems: string[] = [];
      const changed = readTenantsFile(yaml, problems);
      if (problems.length === 0) {
        weights.replace(changed.weights);
        keys?.replace(changed.keys);
        const { weights: given, keys: named } = changed;
        terminal.say(
          `config/tenants.yaml was read again. Weights: ${given.size}, names of keys: ${named.size}.`,
        );
        return;
      }
      logs.service.error({ problems }, "config/tenants.yaml was not taken over");
      terminal.say(`Weights and names stay as they were. ${problems.join("; ")}`);
    },
  });
  return [{ name: "tenants file", start: () => file.start(), stop: () => file.stop() }];
}
