const MAX_RANGE = 10_000;

const MONTHS =
  "January February March April May June July August September October November December";
const DAYS = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday";

/**
 * The globals of every chat template: Jinja's constants, and functions that templates are written
 * against. `range` is bounded, since its list is created at once.
 */
export function jinjaGlobals(now: () => Date = () => new Date()): Record<string, unknown> {
  return {
    true: true,
    false: false,
    none: null,
    True: true,
    False: false,
    None: null,
    range,
    raise_exception: (text: unknown) => {
      throw new Error(String(text));
    },
    strftime_now: (format: string) => formatTime(now(), format),
  };
}

/** Python's `range`. */
function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (!(length <= MAX_RANGE)) throw new Error(`range() of more than ${MAX_RANGE} numbers`);
  return Array.from({ length }, (_, index) => start + index * step);
}

/** Python's `strftime`, as far as chat templates use it. */
function formatTime(at: Date, format: string): string {
  const two = (figure: number) => String(figure).padStart(2, "0");
  const month = MONTHS.split(" ")[at.getMonth()] ?? "";
  const day = DAYS.split(" ")[at.getDay()] ?? "";
  const parts: Readonly<Record<string, string>> = {
    "%Y": String(at.getFullYear()),
    "%y": two(at.getFullYear() % 100),
    "%m": two(at.getMonth() + 1),
    "%d": two(at.getDate()),
    "%B": month,
    "%b": month.slice(0, 3),
    "%A": day,
    "%a": day.slice(0, 3),
    "%H": two(at.getHours()),
    "%M": two(at.getMinutes()),
    "%S": two(at.getSeconds()),
    "%%": "%",
  };
  return format.replace(/%[a-zA-Z%]/g, (directive) => parts[directive] ?? directive);
}
