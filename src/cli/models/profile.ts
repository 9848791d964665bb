import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { showFacts, type Fact } from "../output/facts.ts";
import { memorySize } from "../output/units.ts";

const GIB = 2 ** 30;

const METHODS = {
  auto: "chosen by the memory",
  forced_profile: "SHARED_OLLAMA_FORCE_PROFILE names it",
  forced_ram: "chosen by SHARED_OLLAMA_FORCE_RAM_GB",
} as const;

export const showProfile = defineCommand({
  about: "With --json there are the limits in force, too.",
  args: {},
  examples: [{ line: "shared-ollama profile", about: "The hardware profile in use" }],
  json: { operation: "modelProfile" },
  run: async (cli) => {
    const found = await answered(cli.api.GET("/api/v1/system/model-profile"));
    cli.show(found, (profile, out) => {
      const { detected_ram_gb: ram, limits } = profile;
      const facts: Fact[] = [
        ["Profile", `${profile.profile} (${METHODS[profile.selection_method]})`],
        [
          "Memory",
          ram === null ? "not known" : `${memorySize(ram * GIB)}, ${profile.architecture}`,
        ],
        ["Text model", profile.default_text_model],
        ["Vision model", profile.default_vlm_model],
        ["Embeddings", profile.embedding_model],
        ["Required", profile.required_models.join(", ") || "none"],
        ["Warm-up", profile.warmup_models.join(", ") || "none"],
        ["Allowed", profile.allowed_models.join(", ")],
        [
          "At a time",
          `${limits.text.max_concurrent} texts, ${limits.vlm.max_concurrent} about images; ` +
            `of one project ${limits.tenant_max_text} and ${limits.tenant_max_vlm}`,
        ],
      ];
      showFacts(facts, out);
    });
  },
});
