import { describe, expect, it } from "vitest";
import { modelMemory } from "../../../../src/models/memory/model-memory.ts";
import { VideoMemory, videoMemoryBytes } from "../../../../src/models/memory/video-memory.ts";

const GB = 2 ** 30;
const MIB = 2 ** 20;

/** 32 GB, of which models may take 22. */
const facts = {
  totalGb: 32,
  largestModelGb: 8,
  models: 2,
  inferenceBufferGb: 4,
  serviceOverheadGb: 2,
  ragReserveGb: 8,
  maxGb: undefined,
};

/** A model of which two thirds are on a graphics card. */
const split = { size: 9 * GB, size_vram: 6 * GB };

const counted = (machine: Parameters<typeof modelMemory>[1], maxGb?: number) => {
  const memory = modelMemory({ ...facts, maxGb }, machine);
  return {
    limitGb: memory.limitBytes / GB,
    mainLimitGb: memory.mainLimitBytes / GB,
    isCertain: memory.isCertain,
    gb: memory.bytesOf(split) / GB,
    mainGb: memory.mainBytesOf(split) / GB,
  };
};

describe("modelMemory", () => {
  it("is the machine's where graphics share it", () => {
    const machine = { isUnified: true, videoBytes: 99 * GB };
    const all = { limitGb: 22, mainLimitGb: 22, isCertain: true, gb: 9, mainGb: 9 };
    expect(counted(machine)).toEqual(all);
  });

  it("has what graphics cards have beside it", () => {
    const machine = { isUnified: false, videoBytes: 24 * GB };
    const both = { limitGb: 46, mainLimitGb: 22, isCertain: true, gb: 9, mainGb: 3 };
    expect(counted(machine)).toEqual(both);
  });

  it("is the machine's alone, and not certain, where cards do not tell", () => {
    const machine = { isUnified: false, videoBytes: undefined };
    const main = { limitGb: 22, mainLimitGb: 22, isCertain: false, gb: 3, mainGb: 3 };
    expect(counted(machine)).toEqual(main);
  });

  it("is no more than the operator allows, for both together", () => {
    const machine = { isUnified: false, videoBytes: 24 * GB };
    expect(counted(machine, 30)).toMatchObject({ limitGb: 30, mainLimitGb: 22 });
    expect(counted(machine, 10)).toMatchObject({ limitGb: 10, mainLimitGb: 10 });
  });
});

/** As `graphics()` has told it of machines. */
const RTX_4090 = {
  vendor: "NVIDIA Corporation",
  model: "AD102 [GeForce RTX 4090]",
  bus: "Onboard",
  vram: 24_564,
  vramDynamic: false,
  memoryTotal: 24_564,
};
const RX_7900 = {
  vendor: "Advanced Micro Devices, Inc. [AMD/ATI]",
  model: "Navi 31 [Radeon RX 7900 XT/7900 XTX]",
  bus: "Onboard",
  vram: 256,
  vramDynamic: false,
};
const VIRTIO = {
  vendor: "Red Hat, Inc.",
  model: "Virtio GPU",
  bus: "",
  vram: null,
  vramDynamic: false,
};
const UHD_630 = {
  vendor: "Intel Corporation",
  model: "UHD Graphics 630",
  bus: "",
  vram: 256,
  vramDynamic: false,
};
const RASPBERRY = {
  vendor: "Broadcom",
  model: "VideoCore IV",
  bus: "",
  vram: 76,
  vramDynamic: true,
};

describe("videoMemoryBytes", () => {
  it.each([
    ["no card", [], 0],
    ["one of a driver that tells", [RTX_4090], 24_564 * MIB],
    ["two beside what shows a screen", [RTX_4090, UHD_630, RTX_4090], 2 * 24_564 * MIB],
    ["one that does not tell: what is seen of it is a window", [RX_7900], undefined],
    ["one that does not tell beside one that does", [RTX_4090, RX_7900], undefined],
    ["a virtual one", [VIRTIO], 0],
    ["one that shares the machine's memory", [RASPBERRY, { ...RX_7900, vramDynamic: true }], 0],
  ])("of %s", (_case, cards, bytes) => {
    expect(videoMemoryBytes(cards)).toBe(bytes);
  });
});

it("VideoMemory knows nothing before it was read, nor where that fails", async () => {
  const video = new VideoMemory({ read: async () => [RTX_4090] });
  expect(video.bytes).toBeUndefined();
  video.start();
  await settled();
  expect(video.bytes).toBe(24_564 * MIB);
  const broken = new VideoMemory({ read: () => Promise.reject(new Error("no lspci")) });
  broken.start();
  await settled();
  expect(broken.bytes).toBeUndefined();
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
