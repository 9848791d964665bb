import { EngineError } from "../errors.ts";

/**
 * Checks that a text is base64; line ends in it do not count.
 * @throws {EngineError} 400 with Go's text.
 */
export function checkBase64(text: string): void {
  const bare = text.replace(/[\r\n]/g, "");
  const wrong = bare.search(/[^A-Za-z0-9+/]/);
  const end = wrong < 0 ? bare.length : wrong;
  const padding = bare.slice(end);
  const missing = (4 - (end % 4)) % 4;
  if (missing < 3 && padding === "=".repeat(missing)) return;
  throw new EngineError(400, `illegal base64 data at input byte ${end}`);
}
