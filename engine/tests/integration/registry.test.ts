import { stat, writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseModelName, schemeOf } from "../../models/names.ts";
import { createWeb } from "../../models/registry/web.ts";
import { registrySource } from "../../models/sources/registry.ts";
import type { PullStatus, PullTarget } from "../../models/sources/source.ts";
import { within } from "../../../tests/support/deadline.ts";
import { ggufFile } from "../../../tests/support/gguf-files.ts";
import {
  type ModelRegistry,
  type RegistryOptions,
  startModelRegistry,
} from "../../../tests/support/model-registry.ts";
import { tempStore } from "../unit/models/temp-store.ts";

/** Larger than what one packet and one buffer take. */
const WEIGHTS = ggufFile({ weights: 600_000 });
const HALF = 300_000;

async function registry(options: RegistryOptions = {}): Promise<ModelRegistry> {
  const started = await startModelRegistry(options);
  onTestFinished(() => started.stop());
  return started;
}

/** A source with a store of its own; `pull` is what one pull does with it. */
async function client({ stallMs = 5_000 } = {}) {
  const { store } = await tempStore();
  const retry = { tries: 3, waitMs: () => 1 };
  const source = registrySource({ web: createWeb({}), retry, stallMs });
  const lines: PullStatus[] = [];
  const pull = (text: string, { insecure = true, signal = new AbortController().signal } = {}) => {
    const name = parseModelName(text);
    if (!name) throw new Error(`${text} is no name`);
    const target: PullTarget = { name, scheme: schemeOf(text), insecure, entry: undefined };
    const report = (line: PullStatus) => void lines.push(line);
    return source.fetch(target, { store, report, signal, pin: () => {} });
  };
  const partialSize = async (digest: string) => store.blobs.partialSize(digest);
  return { store, lines, pull, partialSize };
}

const named = ({ url }: ModelRegistry) => `${url}/library/tiny`;

describe("a pull", () => {
  it("brings every blob, and asks for none that is there", async () => {
    const there = await registry();
    const { manifest, digest } = there.publish("library/tiny", "latest", {
      weights: WEIGHTS,
      texts: { template: "{{ .Prompt }}", license: "free" },
    });
    const { store, lines, pull } = await client();
    expect(await pull(named(there))).toEqual(manifest);
    expect(await store.blobs.size(digest)).toBe(WEIGHTS.length);
    const whole = { total: WEIGHTS.length, completed: WEIGHTS.length };
    expect(lines).toContainEqual({ status: `pulling ${digest.slice(7, 19)}`, digest, ...whole });
    const asked = there.seen.length;
    await pull(named(there));
    expect(there.seen.length).toBe(asked + 1);
  });

  it("goes on where the connection broke, within one pull", async () => {
    const there = await registry();
    const { digest } = there.publish("library/tiny", "latest", { weights: WEIGHTS });
    there.fail(digest, { kind: "cut", afterBytes: HALF }, { kind: "cut", afterBytes: 100_000 });
    const { store, pull, partialSize } = await client();
    await pull(named(there));
    expect(await store.blobs.size(digest)).toBe(WEIGHTS.length);
    expect(await partialSize(digest)).toBe(0);
    const [first, second, third] = there.blobRequests(digest);
    expect(first?.range).toBeUndefined();
    expect(second?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(third?.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it("is cut short by a client that leaves, and goes on with the next", async () => {
    const there = await registry();
    const { digest } = there.publish("library/tiny", "latest", { weights: WEIGHTS });
    there.fail(digest, { kind: "hold", afterBytes: HALF });
    const { store, pull, partialSize, lines } = await client();
    const leaving = new AbortController();
    const first = pull(named(there), { signal: leaving.signal });
    await within(someBytes(), "half of the blob");
    leaving.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    const kept = await partialSize(digest);
    expect(kept).toBeGreaterThan(0);
    await pull(named(there));
    expect(there.blobRequests(digest).at(-1)?.range).toBe(`bytes=${kept}-`);
    expect(await store.blobs.size(digest)).toBe(WEIGHTS.length);
    expect(lines.filter(({ completed }) => completed === kept).length).toBeGreaterThan(0);

    async function someBytes() {
      while ((await partialSize(digest)) === 0) await new Promise((next) => setTimeout(next, 5));
    }
  });

  it("begins again where the registry knows no ranges", async () => {
    const there = await registry();
    const { digest } = there.publish("library/tiny", "latest", { weights: WEIGHTS });
    there.fail(digest, { kind: "cut", afterBytes: HALF }, { kind: "whole" });
    const { store, pull } = await client();
    await pull(named(there));
    expect(await store.blobs.size(digest)).toBe(WEIGHTS.length);
  });

  it("of two models that share a blob downloads it once", async () => {
    const there = await registry();
    const { digest } = there.publish("library/tiny", "latest", { weights: WEIGHTS });
    there.publish("library/other", "latest", { weights: WEIGHTS });
    const { pull } = await client();
    await Promise.all([pull(named(there)), pull(`${there.url}/library/other`)]);
    expect(there.blobRequests(digest)).toHaveLength(1);
  });

  it("finds the way to a registry with a certificate of its own, or without one", async () => {
    const [plain, own] = [await registry(), await registry({ tls: true })];
    for (const there of [plain, own]) {
      there.publish("library/tiny");
      const { pull } = await client();
      await expect(pull(`${there.host}/library/tiny`)).resolves.toBeDefined();
    }
  });

  it("trusts no certificate that nobody vouches for, unless asked to", async () => {
    const there = await registry({ tls: true });
    there.publish("library/tiny");
    const { pull } = await client();
    const refused = pull(`${there.host}/library/tiny`, { insecure: false });
    await expect(refused).rejects.toThrow(/cannot be reached: .*(self.signed|certificate)/i);
    expect(there.seen).toEqual([]);
  });

  it("fetches a token where one is wanted, and shows it to nobody else", async () => {
    const there = await registry({ token: "secret" });
    const storage = await registry();
    const { digest, weights } = there.publish("library/tiny", "latest", { weights: WEIGHTS });
    storage.addBlob(weights);
    const elsewhere = `${storage.url}/blobs/${digest}`;
    there.fail(digest, { kind: "redirect", to: elsewhere });
    const { store, pull } = await client();
    await pull(named(there));
    expect(await store.blobs.size(digest)).toBe(WEIGHTS.length);
    expect(there.seen.filter(({ path }) => path === "/token")).toHaveLength(1);
    expect(storage.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
});

describe("a registry that misbehaves", () => {
  /** What a pull says when the answers for its weights go wrong so. */
  async function failing(
    ...faults: Parameters<ModelRegistry["fail"]>[1][]
  ): Promise<{ message: string; partial: number; requests: number }> {
    const there = await registry();
    const { digest } = there.publish("library/tiny", "latest", { weights: WEIGHTS });
    there.fail(digest, ...faults);
    const { store, pull, partialSize } = await client({ stallMs: 150 });
    const message = await pull(named(there)).then(
      () => "it worked",
      (err: Error) => err.message,
    );
    expect(await store.blobs.size(digest)).toBeUndefined();
    return {
      message,
      partial: await partialSize(digest),
      requests: there.blobRequests(digest).length,
    };
  }

  it("sends something else: nothing of it stays", async () => {
    const content = Buffer.alloc(WEIGHTS.length, 1);
    const { message, partial } = await failing({ kind: "instead", content });
    expect(message).toMatch(/^digest mismatch, file must be downloaded again: want sha256:/);
    expect(partial).toBe(0);
  });

  it("sends too much: it is stopped", async () => {
    const content = Buffer.alloc(WEIGHTS.length * 3, 1);
    const { message, partial } = await failing({ kind: "instead", content });
    expect(message).toBe(
      `the registry sends more than the ${WEIGHTS.length} bytes of the manifest`,
    );
    expect(partial).toBe(0);
  });

  it("sends too little again and again: what has come stays", async () => {
    const short = { kind: "instead", content: WEIGHTS.subarray(0, HALF) } as const;
    const nothing = { kind: "cut", afterBytes: 0 } as const;
    const { message, partial, requests } = await failing(short, nothing, nothing, nothing);
    expect(message).toMatch(/^max retries exceeded: the connection broke/);
    expect(partial).toBe(HALF);
    expect(requests).toBe(3);
  });

  it("goes quiet: it is asked again, and then given up", async () => {
    const quiet = { kind: "hold", afterBytes: 0 } as const;
    const { message, requests } = await failing(quiet, quiet, quiet);
    expect(message).toBe("max retries exceeded: no answer for 0.15 s");
    expect(requests).toBe(3);
  });

  it("fails for a while: it is asked again", async () => {
    const busy = { kind: "status", status: 503 } as const;
    expect((await failing(busy, busy, busy)).message).toMatch(/^max retries exceeded: 503/);
    const gone = { kind: "status", status: 404 } as const;
    expect(await failing(gone)).toMatchObject({ message: "file does not exist", requests: 1 });
  });

  it("redirects without end, or to what is no web address", async () => {
    const there = await registry();
    const { digest } = there.publish("library/tiny", "latest", { weights: WEIGHTS });
    const self = `${there.url}/v2/library/tiny/blobs/${digest}`;
    const { pull } = await client();
    there.fail(
      digest,
      ...Array.from({ length: 12 }, () => ({ kind: "redirect", to: self }) as const),
    );
    await expect(pull(named(there))).rejects.toThrow(/more than 10 redirects/);
    for (const to of ["file:///etc/passwd", "ftp://host/x", "http://"]) {
      const other = await registry();
      const { digest: wanted } = other.publish("library/tiny");
      other.fail(wanted, { kind: "redirect", to });
      await expect(pull(named(other))).rejects.toThrow(/redirects to .*, which is not followed/);
    }
  });

  it("keeps what was downloaded when an answer has another length", async () => {
    const there = await registry();
    const { digest } = there.publish("library/tiny", "latest", { weights: WEIGHTS });
    const { store, pull, partialSize } = await client();
    await writeFile(store.blobs.partialPath(digest), WEIGHTS.subarray(0, HALF));
    const portal = { kind: "status", status: 200, text: "please log in" } as const;
    there.fail(digest, portal, portal, portal);
    await expect(pull(named(there))).rejects.toThrow(/bytes where its manifest names/);
    expect(await partialSize(digest)).toBe(HALF);
  });

  it.each<[string, (manifest: string) => string, RegExp]>([
    ["no JSON", () => "<html>", /the manifest is no JSON/],
    ["of another shape", () => `{"layers": 7}`, /the manifest is not valid/],
    ["too long", (text) => text + " ".repeat(5 << 20), /longer than 4194304 bytes/],
    [
      "with a digest that leads elsewhere",
      (text) => text.replace(/sha256:\w{64}/, "../../etc/passwd"),
      /the manifest is not valid: .*digest: is no digest/,
    ],
    [
      "with a size below nothing",
      (text) => text.replace(/"size":\d+/, `"size":-1`),
      /the manifest is not valid/,
    ],
    [
      "without a model",
      (text) => text.replace("image.model", "image.other"),
      /names no model file/,
    ],
    [
      "with a huge text",
      (text) => text.replace(/"size":\d+/, `"size":99999999`),
      /names a application\/vnd.docker.container.image.v1\+json of 99999999 bytes/,
    ],
    [
      "with more layers than any model has",
      (text) => {
        const manifest = JSON.parse(text) as { layers: unknown[] };
        const layers = Array.from({ length: 2_000 }, () => manifest.layers[0]);
        return JSON.stringify({ ...manifest, layers });
      },
      /the manifest is not valid: layers/,
    ],
    [
      "of more than this disk",
      (text) => {
        const manifest = JSON.parse(text) as { layers: { size: number }[] };
        const layers = manifest.layers.map((layer) => ({ ...layer, size: 2 ** 52 }));
        return JSON.stringify({ ...manifest, layers });
      },
      /no space left on device/,
    ],
  ])("has a manifest %s", async (_what, change, reason) => {
    const there = await registry();
    const { manifest } = there.publish("library/tiny");
    there.publishManifest("library/tiny", "latest", change(JSON.stringify(manifest)));
    const { pull } = await client();
    await expect(pull(named(there))).rejects.toThrow(reason);
  });

  it("has weights that are none: they become no model", async () => {
    const there = await registry();
    there.publish("library/tiny", "latest", { weights: Buffer.from("no GGUF at all") });
    const { pull } = await client();
    await expect(pull(named(there))).rejects.toThrow(/cannot be used: supplied file was not/);
  });

  it("has no such model", async () => {
    const there = await registry();
    const { pull } = await client();
    await expect(pull(named(there))).rejects.toThrow(/^file does not exist$/);
  });

  it("is not there", async () => {
    const there = await startModelRegistry();
    await there.stop();
    const { store, pull } = await client();
    await expect(pull(named(there))).rejects.toThrow(/cannot be reached/);
    expect((await stat(store.blobs.folder)).isDirectory()).toBe(true);
  });
});
