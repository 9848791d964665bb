import type { ExaminedConfig } from "../../../config/load.ts";
import { chooseProfile, profileNamed, type ChosenProfile } from "../../../config/profiles.ts";

/** The profile that a start would choose; undefined where config/models.yaml cannot be used. */
export async function chosenProfile(
  { models, settings }: Pick<ExaminedConfig, "models" | "settings">,
  ramBytes?: number,
): Promise<ChosenProfile | undefined> {
  if (!models) return undefined;
  const { forceProfile } = settings;
  return chooseProfile({
    models,
    ramBytes: ramBytes ?? (await installedBytes()),
    // One that is not there is a mistake of its own.
    forceProfile: forceProfile && profileNamed(models, forceProfile) ? forceProfile : undefined,
    forceRamGb: settings.forceRamGb,
    instead: settings,
  });
}

async function installedBytes(): Promise<number | undefined> {
  const { default: systeminformation } = await import("systeminformation");
  return (await systeminformation.mem().catch(() => undefined))?.total;
}
