import type { ConnectedClient } from "./client.ts";
import { LIBRARIES } from "./libraries.ts";
import { PROGRAMS } from "./programs.ts";

/** All that is known to be pointed at the service, programs first. */
export const CLIENTS: ConnectedClient[] = [...PROGRAMS, ...LIBRARIES];
