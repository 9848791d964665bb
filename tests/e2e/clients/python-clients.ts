import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type ClientWorld,
  DOORS,
  EMBEDDING_MODEL,
  SCRIPTED_MODEL,
  TEXT_MODEL,
  startClientWorld,
} from "../../support/client-world.ts";
import { COUNTED, SAID, WRITTEN } from "../../support/scripted-model.ts";
import { COUNT_QUESTION } from "../../support/tool-template.ts";
import { noPython, pythonTests, runPythonTests } from "../../support/python-tests.ts";

const cannotRun = process.env["TEST_NO_MODEL"] !== undefined || noPython;

/** Declares each test of a Python module as a test of this suite, once for each way in. */
export function describePythonClient(client: string, module: string): void {
  describe.skipIf(cannotRun)(`Python's ${client}`, () => {
    let world: ClientWorld;
    beforeAll(async () => {
      world = await startClientWorld();
    });
    afterAll(() => world?.stop());

    describe.each(DOORS)("at the %s", (door) => {
      let results: Map<string, string>;

      beforeAll(async () => {
        const { path } = await world.newFile(`python-${door}`);
        const { model, size } = world.publish(`python-${door}`);
        results = await runPythonTests(module, {
          url: world.url(door),
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
          missingModel: `${world.registryHost}/me/none`,
        });
      }, 330_000);

      it.each(pythonTests(module))("passes %s", (name) => {
        expect(results.get(name) ?? "it did not run").toBe("passed");
      });
    });
  });
}
