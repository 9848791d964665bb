import { join } from "node:path";
import { multistream, pino, type Logger } from "pino";
import { LogFile } from "./log-file.ts";

/** The log files of the service, in one folder. */
export interface LogFiles {
  access: LogFile;
  events: LogFile;
  server: LogFile;
  serverErrors: LogFile;
  /** Events of the service itself: `service.log`, and from `error` on `api.error.log`. */
  service: Logger;
  close(): Promise<void>;
}

interface OpenLogsOptions {
  home: string;
  level: "debug" | "info" | "warn" | "error";
  onFault: (err: Error) => void;
}

/** Opens all log files under `<home>/logs`. Close them last: stopping parts still write. */
export function openLogs({ home, level, onFault }: OpenLogsOptions): LogFiles {
  const open = (name: string): LogFile =>
    new LogFile({ folder: join(home, "logs"), name, onFault });
  const files = {
    access: open("api.log"),
    events: open("requests.jsonl"),
    server: open("ollama.log"),
    serverErrors: open("ollama.error.log"),
  };
  const serviceFile = open("service.log");
  const errorFile = open("api.error.log");
  const service = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    multistream([
      { level, stream: serviceFile },
      { level: "error", stream: errorFile },
    ]),
  );
  return {
    ...files,
    service,
    close: async () => {
      await Promise.all([...Object.values(files), serviceFile, errorFile].map((f) => f.close()));
    },
  };
}
