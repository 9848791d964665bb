/** A line of Prometheus' text format. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/**
 * The samples of a text in Prometheus' format, as the service writes it: label values have no
 * escapes but `\\`, `\n` and `\"`.
 */
export function samplesOf(text: string): Sample[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [, name = "", inBraces = "", value] = /^([\w:]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (value === undefined) throw new Error(`no sample: ${line}`);
    const labels: Record<string, string> = {};
    for (const [, label = "", text = ""] of inBraces.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)) {
      labels[label] = text.replaceAll(/\\(.)/g, (_, char) => (char === "n" ? "\n" : char));
    }
    return { name, labels, value: Number(value.replace("Nan", "NaN")) };
  });
}

/** The sum of a metric's samples that have these labels. */
export function sumOf(
  samples: Sample[],
  name: string,
  labels: Record<string, string> = {},
): number {
  const wanted = Object.entries(labels);
  return samples
    .filter((one) => one.name === name && wanted.every(([key, value]) => one.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
