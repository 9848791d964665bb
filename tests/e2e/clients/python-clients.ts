import { beforeAll, describe, expect, it } from "vitest";
import {
  type ClientWorld,
  type Door,
  DOORS,
  EMBEDDING_MODEL,
  SCRIPTED_MODEL,
  TEXT_MODEL,
} from "../../support/client-world.ts";
import { COUNTED, SAID, WRITTEN } from "../../support/scripted-model.ts";
import { COUNT_QUESTION } from "../../support/tool-template.ts";
import { pythonTests, runPythonTests } from "../../support/python-tests.ts";

/** Declares each test of a Python module as a test of this suite, once for each of the ways in. */
export function describePythonClient(
  client: string,
  module: string,
  world: () => ClientWorld,
  doors: readonly Door[] = DOORS,
): void {
  describe(client, () => {
    describe.each(doors)("at the %s", (door) => {
      let results: Map<string, string>;

      beforeAll(async () => {
        const { path } = await world().newFile(`python-${client}-${door}`);
        const { model, size } = world().publish(`python-${client}-${door}`);
        results = await runPythonTests(module, {
          url: world().url(door),
          textModel: TEXT_MODEL,
          scriptedModel: SCRIPTED_MODEL,
          script: {
            countQuestion: COUNT_QUESTION,
            counted: COUNTED,
            said: SAID.join(""),
            written: `{${WRITTEN.join("")}`,
          },
          embeddingModel: EMBEDDING_MODEL,
          file: path,
          pullModel: model,
          pullSize: size,
          missingModel: `${world().registryHost}/me/none`,
        });
      }, 330_000);

      it.each(pythonTests(module))("passes %s", (name) => {
        expect(results.get(name) ?? "it did not run").toBe("passed");
      });
    });
  });
}
