import { afterAll, beforeAll, describe } from "vitest";
import { type ClientWorld, startClientWorld } from "../../support/client-world.ts";
import { noPython } from "../../support/python-tests.ts";
import { describePythonClient } from "./python-clients.ts";

const cannotRun = process.env["TEST_NO_MODEL"] !== undefined || noPython;

describe.skipIf(cannotRun)("Python's", () => {
  let world: ClientWorld;

  beforeAll(async () => {
    world = await startClientWorld();
  });
  afterAll(() => world?.stop());

  describePythonClient("ollama", "ollama_tests", () => world);
  describePythonClient("openai", "openai_tests", () => world);
  // What it meets is the form of the service's own routes.
  describePythonClient("langchain", "langchain_tests", () => world, ["gateway"]);
  describePythonClient("own-routes", "own_routes_tests", () => world, ["gateway"]);
});
