import { homedir } from "node:os";
import { join } from "node:path";
import { ModelDisk } from "../../../models/changes/model-disk.ts";
import { reserveOf, type DiskSpace } from "../../../models/changes/disk-room.ts";
import { findingsOf, type Finding } from "../finding.ts";
import { bytes } from "../../output/units.ts";
import type { Facts } from "../facts.ts";
import type { OllamaSeen } from "./ollama.ts";

const { ok, warning, broken, unknown } = findingsOf("disk");

/** Below this the next logs and records are lost. */
const LEAST_HOME_BYTES = 100e6;
const TIGHT_HOME_BYTES = 1e9;

/** Room for data and logs, and for models. */
export async function checkDisk(
  facts: Pick<Facts, "home" | "machine" | "config" | "env">,
  ollama: Pick<OllamaSeen, "kind">,
): Promise<Finding[]> {
  const { home, machine, config, env } = facts;
  const folders = {
    named: config.settings.ollamaModels,
    engine: join(home, "models"),
    user: join(env["HOME"] ?? homedir(), ".ollama", "models"),
    readDisk: machine.disk,
  };
  // A folder that is not there yet will be on the disk of the one above it.
  const ofHome = await new ModelDisk({ ...folders, named: home }).spaceFor("engine");
  const ofModels =
    ollama.kind === undefined ? undefined : await new ModelDisk(folders).spaceFor(ollama.kind);
  const findings = [...homeFindings(home, ofHome), ...modelFindings(ofModels)];
  if (findings.length > 0) return findings;
  if (!ofHome) return [unknown(`How much room ${home} has is not known.`)];
  const models = ofModels ? `, ${bytes(ofModels.freeBytes)} for models` : "";
  return [ok(`${bytes(ofHome.freeBytes)} are free${models}.`)];
}

function homeFindings(home: string, disk: DiskSpace | undefined): Finding[] {
  if (!disk || disk.freeBytes >= TIGHT_HOME_BYTES) return [];
  const found = `${bytes(disk.freeBytes)} are free where ${home} is.`;
  const todo = "Make room: `shared-ollama cleanup` shows what can go.";
  return [disk.freeBytes < LEAST_HOME_BYTES ? broken(found, todo) : warning(found, todo)];
}

function modelFindings(disk: DiskSpace | undefined): Finding[] {
  if (!disk || disk.freeBytes > reserveOf(disk)) return [];
  return [
    warning(
      `${bytes(disk.freeBytes)} are free where models are; ${bytes(reserveOf(disk))} stay free, so none can be fetched.`,
      "Make room, such as with `shared-ollama models rm NAME`.",
    ),
  ];
}
