import { existsSync } from "node:fs";
import { join } from "node:path";
import { OLD_LOGS } from "../../logs/old-logs.ts";
import { linesFromEnd } from "./lines-from-end.ts";
import { LOG_NAMES, recordOf, type LogName, type LogRecord } from "./log-record.ts";

interface LastOptions {
  folder: string;
  /** At most so many. */
  most: number;
  /** Which are wanted. */
  wanted: (record: LogRecord) => boolean;
  /** Words that each wanted line has: others are not looked at. */
  holding: string;
  /** Places in the files that are read to, in bytes; the end of those that are not named. */
  ends: Partial<Record<LogName, number>>;
}

/** The last records of all logs together, by their time; those that were set aside are read, too. */
export function lastRecords({ folder, most, wanted, holding, ends }: LastOptions): LogRecord[] {
  const logs = LOG_NAMES.map((name) => {
    const records = recordsFromEnd({ folder, name, holding, end: ends[name] });
    return { records, next: nextWanted(records, wanted) };
  });
  const found: LogRecord[] = [];
  while (found.length < most) {
    const [latest] = logs
      .filter(({ next }) => next !== undefined)
      .sort((a, b) => ((a.next?.time ?? "") < (b.next?.time ?? "") ? 1 : -1));
    if (!latest?.next) break;
    found.push(latest.next);
    latest.next = nextWanted(latest.records, wanted);
  }
  for (const { records } of logs) records.return(undefined);
  return found.toReversed();
}

function nextWanted(
  records: Generator<LogRecord>,
  wanted: (record: LogRecord) => boolean,
): LogRecord | undefined {
  for (;;) {
    const { done, value } = records.next();
    if (done) return undefined;
    if (wanted(value)) return value;
  }
}

interface LogOptions {
  folder: string;
  name: LogName;
  holding: string;
  end: number | undefined;
}

/** The records of a log and of those that were set aside of it, the latest first. */
function* recordsFromEnd(options: LogOptions): Generator<LogRecord> {
  const { folder, name, holding, end } = options;
  const ages = Array.from({ length: OLD_LOGS }, (_, age) => `.${age + 1}`);
  for (const age of ["", ...ages]) {
    const path = join(folder, `${name}${age}`);
    if (!existsSync(path)) continue;
    for (const line of linesFromEnd(path, age === "" ? end : undefined)) {
      const record = line.includes(holding) ? recordOf(name, line) : undefined;
      if (record) yield record;
    }
  }
}
