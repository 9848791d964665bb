import { homedir } from "node:os";
import { join } from "node:path";
import type { Host } from "../hosts/host.ts";
import { DiskRoom } from "../models/changes/disk-room.ts";
import { ModelChanges } from "../models/changes/model-changes.ts";
import { ModelDisk, type ReadDisk } from "../models/changes/model-disk.ts";
import { Pulls } from "../models/changes/pulls.ts";
import type { Pins } from "../models/memory/pins.ts";
import type { Settings } from "../../config/schema.ts";
import type { Base } from "./base.ts";
import type { Inference } from "./inference.ts";
import { isOwnMachine } from "./own-machine.ts";

/** What changes the models of the inference server. */
export interface ModelManagement {
  changes: ModelChanges;
  pulls: Pulls;
}

interface ManagementBase extends Pick<Base, "deadlines" | "env" | "home"> {
  settings: Pick<Settings, "ollamaModels">;
}

interface ManagedServer {
  transport: Pick<Inference["transport"], "call">;
  upstream: Host & Pick<Inference["upstream"], "kind">;
  catalog: Pick<Inference["catalog"], "find" | "invalidate">;
  memory: { pins: Pick<Pins, "remove"> };
}

export function composeModelManagement(
  { settings, env, home, deadlines }: ManagementBase,
  { transport, upstream, catalog, memory: { pins } }: ManagedServer,
  readDisk?: ReadDisk,
): ModelManagement {
  const disk = new ModelDisk({
    named: settings.ollamaModels,
    engine: join(home, "models"),
    user: join(env["HOME"] ?? homedir(), ".ollama", "models"),
    readDisk,
  });
  const room = new DiskRoom(async () => {
    const { kind } = upstream;
    return kind && isOwnMachine(upstream.origin) ? disk.spaceFor(kind) : undefined;
  });
  const common = { transport, host: upstream, catalog };
  return {
    changes: new ModelChanges({ ...common, deadlines, onDelete: (model) => pins.remove(model) }),
    pulls: new Pulls({ ...common, room }),
  };
}
