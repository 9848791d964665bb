const NUMBER = String.raw`(?:0|[1-9]\d{0,8})`;
const LABELS = String.raw`[\dA-Za-z-]{1,40}(?:\.[\dA-Za-z-]{1,40}){0,9}`;
/** As Go's semver reads versions: short ones too, labels only behind a whole one. */
const VERSION = new RegExp(
  String.raw`^v?(${NUMBER}(?:\.${NUMBER}(?:\.${NUMBER}(?:-${LABELS})?(?:\+${LABELS})?)?)?)$`,
);

/** A version without its leading `v`; undefined for a text that is none. */
export function plainVersion(text: string): string | undefined {
  return VERSION.exec(text)?.[1];
}
