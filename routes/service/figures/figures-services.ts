import type { ManageAccess } from "../../../src/access/manage-access.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { RecordReader } from "../../../src/requests/store/record-reader.ts";

/** What the routes work with that show figures of requests. */
export interface FiguresServices {
  /** Undefined where no records are kept. */
  records: RecordReader | undefined;
  access: Pick<ManageAccess, "allows">;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** The records. @throws ServiceError `not_found` where none are kept. */
export function recordsOf({ records }: Pick<FiguresServices, "records">): RecordReader {
  if (records) return records;
  throw new ServiceError(
    "not_found",
    "No records of requests are kept: that takes REQUEST_LOG_ENABLED=true",
  );
}
