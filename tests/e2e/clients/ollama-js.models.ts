import { readFile } from "node:fs/promises";
import { Ollama } from "ollama";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type ClientWorld,
  DOORS,
  EMBEDDING_MODEL,
  SCRIPTED_MODEL,
  TEXT_MODEL,
} from "../../support/client-world.ts";
import { cosine } from "../../support/vectors.ts";

const refusal = (status_code: number, error: unknown) =>
  expect.objectContaining({ name: "ResponseError", status_code, error }) as Error;

export function describeOllamaModels(world: () => ClientWorld): void {
  describe("ollama's client and models", () => {
    describe.each(DOORS)("at the %s", (door) => {
      let ollama: Ollama;
      beforeAll(() => {
        ollama = new Ollama({ host: world().url(door) });
      });

      const names = async () => (await ollama.list()).models.map(({ name }) => name);

      it("makes a model of another, copies it and deletes both", async () => {
        const request = {
          model: "pirate",
          from: SCRIPTED_MODEL,
          system: "You only talk about parrots.",
          parameters: { temperature: 0, num_predict: 3, stop: ["zzz"] },
          messages: [{ role: "user", content: "My name is Ada." }],
          license: "MIT",
        };
        const statuses = [];
        for await (const { status } of await ollama.create({ ...request, stream: true })) {
          statuses.push(status);
        }
        expect(statuses.slice(-2)).toEqual(["writing manifest", "success"]);
        const shown = await ollama.show({ model: "pirate" });
        const { system, license, messages } = request;
        expect(shown).toMatchObject({ system, messages });
        expect(shown.license.endsWith(license)).toBe(true);
        expect(shown.details.parent_model).toBe(`${SCRIPTED_MODEL}:latest`);
        expect(shown.parameters).toMatch(/^num_predict +3$/m);
        const answer = await ollama.generate({ model: "pirate", prompt: "Hi" });
        expect(answer.eval_count).toBeLessThanOrEqual(3);

        expect((await ollama.copy({ source: "pirate", destination: "me/corsair:v2" })).status).toBe(
          "success",
        );
        expect((await ollama.show({ model: "me/corsair:v2" })).system).toBe(system);
        await ollama.delete({ model: "pirate" });
        expect(await names()).toContain("me/corsair:v2");
        expect(await names()).not.toContain("pirate:latest");
        await ollama.delete({ model: "me/corsair:v2" });
        await expect(ollama.show({ model: "me/corsair:v2" })).rejects.toEqual(
          refusal(404, "model 'me/corsair:v2' not found"),
        );
      });

      it("makes a model of an uploaded file, and embeds with it", async () => {
        const { path, digest } = await world().newFile(`js-${door}`);
        // This client has no call of its own for an upload.
        const upload = async () => {
          const body = new Uint8Array(await readFile(path));
          return fetch(`${world().url(door)}/api/blobs/${digest}`, { method: "POST", body });
        };
        expect((await upload()).status).toBe(201);
        expect((await upload()).status).toBe(200);
        // Nor does it know the field; it sends what it is given.
        const request = { model: "uploaded", files: { "model.gguf": digest } };
        expect((await ollama.create(request)).status).toBe("success");
        const own = await ollama.embed({ model: "uploaded", input: "sun" });
        const other = await ollama.embed({ model: EMBEDDING_MODEL, input: "sun" });
        expect(cosine(own.embeddings[0] ?? [], other.embeddings[0] ?? [])).toBeGreaterThan(0.9999);
        await ollama.delete({ model: "uploaded" });
      });

      it("pulls with progress, and again without a download", async () => {
        const { model, size } = world().publish(`js-${door}`);
        const parts = [];
        for await (const part of await ollama.pull({ model, insecure: true, stream: true })) {
          parts.push(part);
        }
        expect(parts[0]).toEqual({ status: "pulling manifest" });
        expect(parts.at(-1)).toEqual({ status: "success" });
        const weights = parts.filter(({ total }) => total === size);
        expect(weights.at(-1)).toMatchObject({
          status: expect.stringMatching(/^pulling [0-9a-f]{12}$/) as string,
          digest: expect.stringMatching(/^sha256:/) as string,
          completed: size,
        });
        expect((await ollama.pull({ model, insecure: true })).status).toBe("success");
        expect((await ollama.show({ model })).system).toBe("be brief");
        await ollama.delete({ model });
      });

      it("is told what cannot be pulled", async () => {
        const model = `${world().registryHost}/me/none`;
        const words = "pull model manifest: file does not exist";
        await expect(ollama.pull({ model, insecure: true })).rejects.toEqual(refusal(500, words));
        const stream = await ollama.pull({ model, insecure: true, stream: true });
        const read = async (): Promise<void> => {
          for await (const { status } of stream) expect(status).toBe("pulling manifest");
        };
        await expect(read()).rejects.toThrow(words);
      });

      it.each<[string, (it: Ollama) => Promise<unknown>, number, string | RegExp]>([
        [
          "pushing",
          (it) => it.push({ model: TEXT_MODEL }),
          400,
          /^pushing models is not offered by the built-in engine/,
        ],
        [
          "making a model of nothing",
          (it) => it.create({ model: "new" }),
          400,
          "neither 'from' or 'files' was specified",
        ],
        [
          "a template of another's",
          (it) => it.create({ model: "new", from: TEXT_MODEL, template: "{{ .System }}other" }),
          400,
          /^a template other than the model's own is not offered/,
        ],
        [
          "a copy of what is not there",
          (it) => it.copy({ source: "nope", destination: "new" }),
          404,
          'model "nope" not found',
        ],
        [
          "deleting what is not there",
          (it) => it.delete({ model: "nope" }),
          404,
          "model 'nope' not found",
        ],
      ])("is refused %s", async (_what, asking, status, words) => {
        const text = typeof words === "string" ? words : (expect.stringMatching(words) as string);
        await expect(asking(ollama)).rejects.toEqual(refusal(status, text));
        expect(await names()).not.toContain("new:latest");
      });
    });
  });
}
