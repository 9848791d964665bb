import { lettersApart } from "../../config/letters-apart.ts";

/** How many letters somebody may have mistyped. */
const MAX_DISTANCE = 2;

/** The name that a mistyped one most likely meant, in capitals or not; undefined where none is near. */
export function closest(word: string, names: string[]): string | undefined {
  const typed = word.toLowerCase();
  const near = names
    .map((name) => ({ name, distance: lettersApart(typed, name.toLowerCase()) }))
    .filter((found) => found.distance <= MAX_DISTANCE && found.distance < word.length)
    .sort((a, b) => a.distance - b.distance);
  const begins = (name: string): boolean => name.toLowerCase().startsWith(typed);
  return near[0]?.name ?? names.find((name) => word.length > 2 && begins(name));
}
