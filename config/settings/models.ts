import { optionalModel } from "../name-types.ts";
import { type SettingGroup, optionalInt, optionalText } from "../setting-types.ts";

/** Models and the hardware profile that are used unless a request names one. */
export const MODEL_SETTINGS = {
  defaultTextModel: optionalModel({
    env: "OLLAMA_DEFAULT_TEXT_MODEL",
    about: "Model for requests that name none (default: the profile's).",
  }),
  defaultVisionModel: optionalModel({
    env: "OLLAMA_DEFAULT_VLM_MODEL",
    about: "Model for requests with images that name none (default: the profile's).",
  }),
  forceProfile: optionalText({
    env: "SHARED_OLLAMA_FORCE_PROFILE",
    range: "profile of config/models.yaml",
    about: "Hardware profile to use whatever the machine has.",
  }),
  forceRamGb: optionalInt({
    env: "SHARED_OLLAMA_FORCE_RAM_GB",
    min: 1,
    max: 65_536,
    about: "Memory (GiB) to choose the hardware profile by, instead of what was found.",
  }),
} satisfies SettingGroup;
