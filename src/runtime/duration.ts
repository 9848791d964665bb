/** A duration as people say it. */
export function duration(ms: number): string {
  if (ms < 10) return `${short(Math.max(0, ms))} ms`;
  if (ms < 99.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const sec = Math.round(ms / 1000);
  if (sec < 3600) return `${Math.floor(sec / 60)} min ${sec % 60} s`;
  const min = Math.round(sec / 60);
  return `${Math.floor(min / 60)} h ${min % 60} min`;
}

/** A figure with one decimal where it is small. */
export function short(figure: number): string {
  return figure < 9.95 ? String(Math.round(figure * 10) / 10) : String(Math.round(figure));
}
