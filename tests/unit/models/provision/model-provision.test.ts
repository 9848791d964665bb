import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ServerKind } from "../../../../src/hosts/server.ts";
import type { UpstreamState } from "../../../../src/hosts/upstream.ts";
import type { ModelProgress } from "../../../../src/models/changes/progress.ts";
import { ModelProvision } from "../../../../src/models/provision/model-provision.ts";
import type { Signal } from "../../../../src/runtime/light-signal.ts";
import { unlessAborted } from "../../../../src/runtime/unless-aborted.ts";
import { deferred, type Deferred } from "../../../../src/runtime/deferred.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const TEXT = "smollm2:135m";

interface Given {
  kind?: ServerKind;
  autoPull?: boolean;
  warmup?: string[];
}

/** Provision for a server that has an embedding model; pulls end when told. */
function setUp({ kind = "ollama", autoPull = false, warmup = [] }: Given = {}) {
  const installed = new Set(["all-minilm"]);
  const pulled: { model: string; end: Deferred<void> }[] = [];
  const warmed: string[] = [];
  const asked: string[] = [];
  const said: string[] = [];
  const answer = deferred<boolean>();
  const state = { value: "ready" as UpstreamState };
  async function* download(
    model: string,
    end: Promise<void>,
    signal: Signal,
  ): AsyncGenerator<ModelProgress> {
    await unlessAborted(end, signal);
    installed.add(model);
    yield { status: "success" };
  }
  const list = () => [...installed].map((name) => ({ name, size: 1, modified_at: "", digest: "" }));
  const provision = new ModelProvision({
    server: {
      kind,
      origin: "http://127.0.0.1:1",
      get state() {
        return state.value;
      },
    },
    catalog: {
      installed: async () => list(),
      isInstalled: async (model) => installed.has(model),
      invalidate: () => {},
    },
    pulls: {
      watch: async ({ model }, signal) => {
        const end = deferred<void>();
        pulled.push({ model, end });
        return download(model, end.promise, signal);
      },
    },
    warmUp: { load: async (model) => void warmed.push(model) },
    embeddingFile: "/none",
    required: [{ name: "one", sizeGb: 8 }],
    warmup,
    autoPull,
    ask: (question) => {
      asked.push(question);
      return answer.promise;
    },
    reports: {
      say: (line) => void said.push(line),
      log: () => {},
      progress: () => ({ update: () => {}, end: () => {} }),
    },
  });
  const missing = () =>
    provision.missing(
      new Set([...installed].map((name) => (name === TEXT ? name : `${name}:latest`))),
    );
  return { provision, installed, pulled, warmed, asked, said, answer, state, missing };
}

/** Whether requests are told to come back. */
function isAwaited(provision: ModelProvision): boolean {
  try {
    provision.assertFirst();
    return false;
  } catch (err) {
    expect(err).toMatchObject({ code: "upstream_unavailable" });
    return true;
  }
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe("for the embedded engine", () => {
  it("fetches its text model without a question, which is waited for", async () => {
    const { provision, pulled, asked, missing } = setUp({ kind: "engine" });
    expect(provision.requiredNames).toEqual([TEXT]);
    expect(isAwaited(provision)).toBe(false);
    provision.start();
    expect(isAwaited(provision)).toBe(true);
    expect(missing()).toMatchObject([{ name: TEXT, state: "waiting" }]);
    const tried = provision.firstTry();
    await settle();
    expect(missing()).toMatchObject([{ name: TEXT, state: "fetching" }]);
    pulled[0]?.end.resolve();
    await tried;
    expect(isAwaited(provision)).toBe(false);
    expect([missing(), asked]).toEqual([[], []]);
  });

  it("is waited for no longer when the first try fails", async () => {
    const { provision, pulled, missing } = setUp({ kind: "engine" });
    provision.start();
    const tried = provision.firstTry();
    await settle();
    pulled[0]?.end.reject(new Error("no network"));
    await tried;
    expect(isAwaited(provision)).toBe(false);
    expect(missing()).toMatchObject([{ state: "retrying", error: "no network" }]);
    await provision.stop();
  });

  it("has it at once where it is installed", async () => {
    const { provision, installed, pulled } = setUp({ kind: "engine" });
    installed.add(TEXT);
    provision.start();
    await provision.firstTry();
    expect(pulled).toEqual([]);
    expect(isAwaited(provision)).toBe(false);
  });
});

describe("for an Ollama", () => {
  it("nothing is waited for", async () => {
    const { provision } = setUp({ autoPull: true });
    provision.start();
    expect(isAwaited(provision)).toBe(false);
    await provision.firstTry();
    await provision.stop();
  });

  it("begins with the server, not before, and not before it was started itself", async () => {
    const { provision, state, pulled, missing } = setUp({ autoPull: true });
    provision.serverIsUp();
    await settle();
    expect(pulled).toEqual([]);
    state.value = "down";
    provision.start();
    await settle();
    expect(pulled).toEqual([]);
    expect(missing()).toMatchObject([{ state: "not_fetched" }]);
    provision.serverIsUp();
    expect(missing()).toMatchObject([{ state: "waiting" }]);
    await settle();
    expect(pulled).toHaveLength(1);
    await provision.stop();
  });

  it("asks once, however often the server comes up, and goes by the answer", async () => {
    const { provision, asked, answer, pulled, missing } = setUp();
    provision.start();
    await settle();
    provision.serverIsDown();
    provision.serverIsUp();
    await settle();
    expect(asked).toEqual(["Fetch one (8 GB) now?"]);
    expect(missing()).toMatchObject([{ state: "not_fetched" }]);
    answer.resolve(true);
    await settle();
    expect(pulled.map(({ model }) => model)).toEqual(["one"]);
    expect(missing()).toMatchObject([{ state: "fetching" }]);
    await provision.stop();
  });

  it("loads warm-up models that are there while the question is open, others once fetched", async () => {
    const { provision, installed, warmed, answer, pulled } = setUp({ warmup: ["one", "two"] });
    installed.add("two");
    provision.start();
    await settle();
    expect(warmed).toEqual(["two"]);
    answer.resolve(true);
    await settle();
    pulled[0]?.end.resolve();
    await settle();
    expect(warmed).toEqual(["two", "one"]);
  });

  it("leaves a model that could not be made alone, and goes on", async () => {
    const { provision, installed, said, answer } = setUp();
    installed.delete("all-minilm");
    provision.start();
    await vi.waitFor(() => expect(said.join("\n")).toContain("could not be seen to"));
    await vi.waitFor(() => expect(said.join("\n")).toContain("Required models"));
    answer.resolve(false);
    await settle();
    expect(said.at(-1)).toMatch(/^To fetch them: shared-ollama models pull one/);
  });
});
