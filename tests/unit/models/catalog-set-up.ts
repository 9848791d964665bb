import type { InstalledModel } from "../../../src/hosts/client.ts";
import { ModelCatalog } from "../../../src/models/catalog.ts";
import { DefaultModels } from "../../../src/models/default-models.ts";

/** An installed model. */
export const model = (name: string, family = "llama"): InstalledModel => ({
  name,
  size: 1,
  modified_at: null,
  digest: "d",
  details: { family },
});

interface Given {
  installed?: InstalledModel[];
  preferred?: string[];
  allowed?: string[];
  cloud?: boolean;
  list?: () => Promise<InstalledModel[]>;
  assertFirst?: () => void;
}

/** Knows nothing of what models can do, as an old server. */
const saysNothing = (): Promise<Record<string, unknown>> => Promise.resolve({});

/** A catalog, and what chooses from it. */
export function setUp(given: Given = {}) {
  const { installed = [], preferred = ["big"], allowed = ["*"], cloud = false, list } = given;
  const { assertFirst = () => {} } = given;
  let now = 0;
  let listings = 0;
  const catalog = new ModelCatalog({
    list: () => {
      listings += 1;
      return list ? list() : Promise.resolve(installed);
    },
    show: saysNothing,
    allowed,
    cloud,
    now: () => now,
  });
  const defaults = new DefaultModels({
    catalog,
    preferred,
    preferredVision: ["eyes"],
    embedding: "all-minilm",
    assertFirst,
  });
  return { catalog, defaults, listings: () => listings, pass: (ms: number) => void (now += ms) };
}
