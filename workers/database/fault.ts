import type { DatabaseFault, Refused, SetAside } from "./protocol.ts";

const FAULTS: Record<string, DatabaseFault> = {
  SQLITE_BUSY: "locked",
  SQLITE_LOCKED: "locked",
  SQLITE_FULL: "full",
  ENOSPC: "full",
  EDQUOT: "full",
  SQLITE_READONLY: "read_only",
  EACCES: "read_only",
  EPERM: "read_only",
  EROFS: "read_only",
  SQLITE_NOTADB: "damaged",
  SQLITE_CORRUPT: "damaged",
  ERR_DLOPEN_FAILED: "unavailable",
  ERR_MODULE_NOT_FOUND: "unavailable",
  MODULE_NOT_FOUND: "unavailable",
};

/** A failure as data: its kind and code, never its text. */
export function refusalOf(err: unknown): Refused {
  const code = typeof err === "object" && err !== null && "code" in err ? err.code : undefined;
  const name = typeof code === "string" && code !== "" ? code : undefined;
  // SQLITE_READONLY_DBMOVED is a kind of SQLITE_READONLY.
  const kind = name?.startsWith("SQLITE_") ? name.split("_").slice(0, 2).join("_") : name;
  return { ok: false, fault: FAULTS[kind ?? ""] ?? "failed", code: name };
}

/** The file belongs to another program, or to a later version of this one. */
export class ForeignFileError extends Error {
  readonly code = "SQLITE_NOTADB";
  readonly reason: SetAside["reason"];

  constructor(reason: SetAside["reason"]) {
    super("the file is not one of ours");
    this.reason = reason;
  }
}

/** Other processes that read the file keep its log from being emptied. */
export class LogInUseError extends Error {
  readonly code = "SQLITE_BUSY";
}
