import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../config/load.ts";
import { chooseProfile } from "../../../config/profiles.ts";

const yaml = readFileSync(new URL("../../../config/models.yaml", import.meta.url), "utf8");
const gib = (count: number): number => count * 2 ** 30;

describe("chooseProfile", () => {
  it.each([
    [8, "small"],
    [32, "small"],
    [33, "large"],
    [128, "large"],
  ])("chooses for %i GiB the profile %s", (ram, name) => {
    const chosen = chooseProfile({ yaml, ramBytes: gib(ram) });
    expect(chosen).toMatchObject({ selectionMethod: "auto", effectiveRamGb: ram });
    expect(chosen.profile.name).toBe(name);
  });

  it("rounds to whole GiB, since machines report a little less than they have", () => {
    expect(chooseProfile({ yaml, ramBytes: gib(31.7) }).detectedRamGb).toBe(32);
  });

  it("assumes 32 GiB when the memory is unknown", () => {
    const chosen = chooseProfile({ yaml, ramBytes: undefined });
    expect(chosen).toMatchObject({ detectedRamGb: null, effectiveRamGb: 32 });
    expect(chosen.profile.name).toBe("small");
  });

  it("takes a forced profile whatever its case, and a forced memory figure", () => {
    const forced = chooseProfile({ yaml, ramBytes: gib(8), forceProfile: "LARGE" });
    expect(forced.selectionMethod).toBe("forced_profile");
    expect(forced.profile.name).toBe("large");
    const ram = chooseProfile({ yaml, ramBytes: gib(8), forceRamGb: 64 });
    expect(ram).toMatchObject({
      selectionMethod: "forced_ram",
      detectedRamGb: 8,
      effectiveRamGb: 64,
    });
    expect(ram.profile.name).toBe("large");
  });

  it("takes the last profile when no bounds hold", () => {
    const gap = yaml.replace("max_ram_gb: 32", "max_ram_gb: 16");
    expect(chooseProfile({ yaml: gap, ramBytes: gib(20) }).profile.name).toBe("large");
  });

  it("fills in the buffers from the defaults unless the profile has its own", () => {
    expect(chooseProfile({ yaml, ramBytes: gib(8) })).toMatchObject({
      inferenceBufferGb: 4,
      serviceOverheadGb: 2,
    });
    const own = yaml.replace(
      "largest_model_gb: 8",
      "largest_model_gb: 8\n    inference_buffer_gb: 0",
    );
    expect(chooseProfile({ yaml: own, ramBytes: gib(8) }).inferenceBufferGb).toBe(0);
  });

  it("names the known profiles when a forced one is not among them", () => {
    expect(() => chooseProfile({ yaml, ramBytes: gib(8), forceProfile: "huge" })).toThrow(
      /SHARED_OLLAMA_FORCE_PROFILE=huge: known are small, large/,
    );
  });

  it("refuses a file with unknown keys", () => {
    const wrong = yaml.replace("text_model:", "txt_model:");
    const choose = () => chooseProfile({ yaml: wrong, ramBytes: gib(8) });
    expect(choose).toThrow(ConfigError);
    expect(choose).toThrow("config/models.yaml");
  });
});
