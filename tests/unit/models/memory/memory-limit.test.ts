import { expect, it } from "vitest";
import { chooseProfile, readModelsFile } from "../../../../config/profiles.ts";
import { memoryLimitGb } from "../../../../src/models/memory/memory-limit.ts";
import { modelsYaml } from "../../../support/config.ts";

const facts = {
  totalGb: 32,
  largestModelGb: 8,
  models: 2,
  inferenceBufferGb: 4,
  serviceOverheadGb: 2,
  ragReserveGb: 8,
  maxGb: undefined,
};

it.each([
  ["32 GB and the small profile (contract §13)", {}, 22],
  ["64 GB and the large profile (contract §13)", { totalGb: 64, largestModelGb: 21 }, 48],
  ["much memory: what the reserve leaves", { totalGb: 96 }, 76],
  ["little memory: four fifths of it", { totalGb: 16 }, 12.8],
  ["hardly any: 4 GB all the same", { totalGb: 4 }, 4],
  ["a reserve for others", { totalGb: 128, ragReserveGb: 40 }, 76],
  ["no more than three models", { totalGb: 40, models: 9 }, 30],
  ["what the operator allows", { maxGb: 10 }, 10],
  ["no more than there is, whatever is allowed", { maxGb: 1000 }, 22],
])("for %s", (_case, more, limit) => {
  expect(memoryLimitGb({ ...facts, ...more })).toBeCloseTo(limit);
});

it.each([
  [32, "small", 22],
  [64, "large", 48],
])("of a machine with %i GB config/models.yaml makes the contract's figures", (ram, name, gb) => {
  const models = readModelsFile(modelsYaml, []);
  if (!models) throw new Error("unreachable: the file is read");
  const chosen = chooseProfile({ models, ramBytes: ram * 2 ** 30 });
  expect(chosen.profile.name).toBe(name);
  const { inferenceBufferGb, serviceOverheadGb } = chosen;
  const largestModelGb = chosen.profile.largest_model_gb;
  expect(
    memoryLimitGb({ ...facts, totalGb: ram, largestModelGb, inferenceBufferGb, serviceOverheadGb }),
  ).toBe(gb);
});
