/** Figures as people read them. */

/** Files, downloads and room on disks: 4683073184 → `4.7 GB`, as Ollama counts. */
export function bytes(count: number): string {
  return sized(count, { steps: ["B", "KB", "MB", "GB", "TB"], base: 1000, wholeFrom: 99.95 });
}

/** Main and graphics memory: 25287946240 → `24 GiB`, as those who sell and use it count. */
export function memorySize(count: number): string {
  return sized(count, { steps: ["B", "KiB", "MiB", "GiB", "TiB"], base: 1024, wholeFrom: 9.95 });
}

interface Sizes {
  steps: readonly string[];
  /** How many of a step are one of the next. */
  base: number;
  /** What is as large as this has no decimals. */
  wholeFrom: number;
}

function sized(count: number, { steps, base, wholeFrom }: Sizes): string {
  let value = count;
  let step = 0;
  // What would be shown as 1000 is 1 of the next.
  while (Math.round(value) >= base && step < steps.length - 1) {
    value /= base;
    step += 1;
  }
  return `${step === 0 || value >= wholeFrom ? Math.round(value) : value.toFixed(1)} ${steps[step]}`;
}

/** 1234567 → `1,234,567`. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replaceAll(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** 0.1234 → `12 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `850 ms`, `2.3 s`, `4 min 05 s`, `3 h 12 min`, `5 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** How long somebody has waited: `12 s`. */
export function wholeSeconds(ms: number): string {
  return `${Math.floor(ms / 1000)} s`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** `12:00:59` for a time of today, else as `time` has it. */
export function recentTime(at: string): string {
  const date = new Date(at);
  if (date.toDateString() !== new Date().toDateString()) return time(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
}

/** `2026-01-31 12:00`, in this machine's time zone. */
export function time(at: string | null): string {
  if (at === null) return "";
  const date = new Date(at);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
