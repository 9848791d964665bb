/** How many letters somebody may have mistyped. */
const MAX_DISTANCE = 2;

/** The name that a mistyped one most likely meant; undefined where none is near. */
export function closest(word: string, names: string[]): string | undefined {
  const near = names
    .map((name) => ({ name, distance: distance(word, name) }))
    .filter((found) => found.distance <= MAX_DISTANCE && found.distance < word.length)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.name ?? names.find((name) => word.length > 2 && name.startsWith(word));
}

/** Letters to change, add, leave out, or swap with the next. */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= from.length; i += 1) {
    rows[i] = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const isSame = from[i - 1] === to[j - 1];
      const isSwapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const ways = [at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (isSame ? 0 : 1)];
      if (isSwapped) ways.push(at(i - 2, j - 2) + 1);
      rows[i]?.push(Math.min(...ways));
    }
  }
  return at(from.length, to.length);
}
