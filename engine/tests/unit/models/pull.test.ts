import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { deferred } from "../../../../src/runtime/deferred.ts";
import { PullJob } from "../../../models/pull/pull-job.ts";
import { Puller } from "../../../models/pull/puller.ts";
import { receiveBlob } from "../../../models/receive.ts";
import { ManifestError, UnreachableError } from "../../../models/registry/errors.ts";
import { packageModel } from "../../../models/sources/packaged.ts";
import { type ModelSource, type PullStatus, layerStatus } from "../../../models/sources/source.ts";
import type { ModelStore } from "../../../models/store.ts";
import { ENTRY, WEIGHTS, named, tempStore } from "./temp-store.ts";

const never = new AbortController().signal;

type FakeOptions = { bytes?: Uint8Array; hold?: Promise<void>; fails?: string };

/** A source that delivers `bytes` once `hold` lets it, and counts what was asked of it. */
function fakeSource({ bytes = WEIGHTS, hold = Promise.resolve(), fails }: FakeOptions = {}) {
  const seen = { fetches: 0, cancelled: false };
  const source: ModelSource = {
    title: "a fake source",
    offers: () => true,
    async fetch(_target, context) {
      seen.fetches += 1;
      context.signal.addEventListener("abort", () => {
        seen.cancelled = true;
      });
      if (fails !== undefined) throw new Error(fails);
      async function* content() {
        yield bytes.subarray(0, 4);
        await hold;
        yield bytes.subarray(4);
      }
      const { digest, size } = ENTRY.weights;
      const { signal, report } = context;
      const onProgress = (completed: number) => report(layerStatus(digest, size, completed));
      await receiveBlob(context.store.blobs, { digest, content: content(), signal, onProgress });
      return packageModel(ENTRY, context);
    },
  };
  return { source, seen };
}

const puller = (store: ModelStore, ...sources: ModelSource[]) =>
  new Puller({ store, sources, emit: () => {}, catalogue: [ENTRY] });

async function all(lines: AsyncIterable<PullStatus>): Promise<PullStatus[]> {
  const result: PullStatus[] = [];
  for await (const line of lines) result.push(line);
  return result;
}

describe("Puller", () => {
  it("tells the steps in Ollama's words and puts the model under all its names", async () => {
    const { store } = await tempStore();
    const lines = await all(puller(store, fakeSource().source).pull(named("tiny:two"), never));
    const statuses = lines.map(({ status }) => status);
    const { digest, size } = ENTRY.weights;
    expect(statuses[0]).toBe("pulling manifest");
    expect(lines).toContainEqual({
      status: `pulling ${digest.slice(7, 19)}`,
      digest,
      total: size,
      completed: size,
    });
    expect(statuses.slice(-3)).toEqual(["verifying sha256 digest", "writing manifest", "success"]);
    expect((await store.list()).map(({ name }) => name.tag).toSorted()).toEqual(["one", "two"]);
  });

  it("goes to the next source when one fails", async () => {
    const { store } = await tempStore();
    const first = fakeSource({ fails: "no network" });
    const lines = await all(
      puller(store, first.source, fakeSource().source).pull(named("tiny:one"), never),
    );
    expect(lines.at(-1)).toEqual({ status: "success" });
  });

  it("names every source's reason when none works", async () => {
    const { store } = await tempStore();
    const lines = puller(store, fakeSource({ fails: "no network" }).source);
    await expect(all(lines.pull(named("tiny:one"), never))).rejects.toThrow(
      "a fake source: no network",
    );
    expect(await store.list()).toEqual([]);
  });

  it("never counts what has the wrong digest", async () => {
    const { root, store } = await tempStore();
    const bad = fakeSource({ bytes: Buffer.from("something else") });
    await expect(all(puller(store, bad.source).pull(named("tiny:one"), never))).rejects.toThrow(
      /digest mismatch/,
    );
    expect(await readdir(join(root, "blobs"))).toEqual([]);
    expect(await readdir(join(root, `.incoming-${process.pid}`))).toEqual([]);
  });

  it("shares one download, and cancels it only when the last one leaves", async () => {
    const { store } = await tempStore();
    const hold = deferred<void>();
    const { source, seen } = fakeSource({ hold: hold.promise });
    const pulls = puller(store, source);
    const client = new AbortController();
    const leaves = pulls.pull(named("tiny:one"), client.signal);
    const stays = pulls.pull(named("tiny:two"), never);
    for (const lines of [leaves, stays]) {
      await lines.next();
      await lines.next();
    }
    client.abort();
    await all(leaves);
    expect(seen).toEqual({ fetches: 1, cancelled: false });
    hold.resolve();
    expect((await all(stays)).at(-1)).toEqual({ status: "success" });
    expect(seen.fetches).toBe(1);
  });

  it("cancels when its only client leaves, and starts anew for the next", async () => {
    const { store } = await tempStore();
    const hold = deferred<void>();
    const { source, seen } = fakeSource({ hold: hold.promise });
    const pulls = puller(store, source);
    const client = new AbortController();
    const lines = pulls.pull(named("tiny:one"), client.signal);
    await lines.next();
    await lines.next();
    client.abort();
    await all(lines);
    expect(seen.cancelled).toBe(true);
    const again = all(pulls.pull(named("tiny:one"), never));
    hold.resolve();
    expect((await again).at(-1)).toEqual({ status: "success" });
    expect(seen.fetches).toBe(2);
  });

  it("hands a model it does not know to a source, and gives its reason as Ollama words it", async () => {
    const { store } = await tempStore();
    const targets: string[] = [];
    const source = (err: Error): ModelSource => ({
      title: "a registry",
      offers: () => true,
      async fetch({ name, insecure, entry }) {
        targets.push(`${name.host}/${name.namespace}/${name.model} ${insecure} ${entry?.shipped}`);
        throw err;
      },
    });
    const pull = (err: Error) =>
      all(puller(store, source(err)).pull(named("h:1/me/m"), never, { insecure: true }));
    await expect(pull(new ManifestError("file does not exist"))).rejects.toMatchObject({
      status: 500,
      message: "pull model manifest: file does not exist",
    });
    const cause = new UnreachableError("https://h:1 cannot be reached: ENOTFOUND");
    await expect(pull(new ManifestError(cause.message, { cause }))).rejects.toThrow(
      /cannot be reached: ENOTFOUND\. .*HTTPS_PROXY; tiny:one, tiny:two can be had without it/,
    );
    await expect(pull(new Error("no space"))).rejects.toThrow(/^no space$/);
    expect(targets[0]).toBe("h:1/me/m true undefined");
  });

  it("takes http for insecure, and asks for a word first", async () => {
    const { store } = await tempStore();
    const lines = puller(store).pull(named("h/me/m"), never, { scheme: "http" });
    await expect(all(lines)).rejects.toThrow("insecure protocol http");
  });

  it("gives a slow reader the latest figure of a layer, and no heap of old ones", async () => {
    const job = new PullJob(async (report) => {
      for (let completed = 1; completed <= 1_000; completed += 1) {
        report({ status: "pulling a", digest: "a", total: 1_000, completed });
      }
      report({ status: "success" });
    });
    const lines = await all(job.follow(never));
    expect(lines.at(-1)).toEqual({ status: "success" });
    expect(lines.length).toBeLessThan(4);
  });
});
