import { onTestFinished } from "vitest";
import { FakeOllama as FakeServer, type FakeOptions } from "../fake-ollama/server.mjs";
import { until } from "./deadline.ts";

export { RUNNER_OPTIONS } from "../fake-ollama/model-memory.mjs";
export type { Reply } from "../fake-ollama/inference.mjs";
export type { FakeOptions, Received, Script } from "../fake-ollama/server.mjs";

/** The fake in a test's own process, which waits for what it sees. */
export class FakeOllama extends FakeServer {
  /** Waits until a request to this path was cut off by the other side. */
  sawCancel(path: string): Promise<void> {
    return until(() => this.to(path).some(({ cancelled }) => cancelled), `a cancelled ${path}`);
  }
}

/** Starts a fake that ends with the test. */
export async function startFakeOllama(options: FakeOptions = {}): Promise<FakeOllama> {
  const fake = new FakeOllama(options);
  await fake.start();
  onTestFinished(() => fake.stop());
  return fake;
}
