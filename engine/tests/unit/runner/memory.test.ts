import type { Llama, LlamaModel } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import {
  availableMemory,
  requireRoomForContext,
  requireRoomForWeights,
} from "../../../runner/memory.ts";

const GIB = 2 ** 30;
const size = { contextSize: 4_096, sequences: 4, batchSize: 256, isEmbeddingContext: false };

function setUp({ cpuRam = GIB, gpuVram = 0, gpu = false as Llama["gpu"], free = 0 }) {
  const fileInsights = {
    estimateContextResourceRequirementsV2: async () => ({ cpuRam, gpuVram }),
  };
  const model = { gpuLayers: 0, fileInsights } as unknown as LlamaModel;
  const llama = { gpu, getVramState: async () => ({ free }) } as unknown as Llama;
  return { llama, model };
}

describe("room for a model", () => {
  it("is refused with what is needed and what there is", () => {
    expect(() => requireRoomForWeights(5.6 * GIB, 2.1 * GIB)).toThrow(
      expect.objectContaining({
        status: 500,
        message: "model requires more system memory (5.6 GiB) than is available (2.1 GiB)",
      }),
    );
    expect(() => requireRoomForWeights(GIB, GIB)).not.toThrow();
  });

  it("counts what its context takes, on the graphics card too", async () => {
    await expect(requireRoomForContext(setUp({}), size, GIB / 2)).rejects.toThrow(
      "system memory (1.0 GiB) than is available (0.5 GiB)",
    );
    await expect(requireRoomForContext(setUp({}), size, GIB)).resolves.toBeUndefined();
    const card = setUp({ gpu: "cuda", gpuVram: 2 * GIB, free: GIB });
    await expect(requireRoomForContext(card, size, GIB)).rejects.toThrow("GPU memory (2.0 GiB)");
  });

  it("is measured", () => {
    expect(availableMemory()).toBeGreaterThan(0);
  });
});
