/** Where a data URL's base64 begins, or why it is none that holds an image. */
type ParsedDataUrl = { ok: true; dataAt: number } | { ok: false; message: string };

/** Longest head that is looked for; what comes before the data is a few words. */
const MAX_HEAD = 256;

const HEAD = /^data:([^;,]*)((?:;[^;,]+)*?);base64,/i;

const WHAT_TO_SEND = "send the image itself as a data URL, data:image/jpeg;base64,…";

/**
 * Reads the head of `data:image/…;base64,…`. The named type must be an image's, but which one
 * does not matter: what the bytes are is what counts, and clients often name the wrong one.
 */
export function parseDataUrl(text: string): ParsedDataUrl {
  const head = text.slice(0, MAX_HEAD);
  if (/^https?:/i.test(head)) {
    return refused(
      `images are not fetched from the network, so that no request can make the service call other machines; ${WHAT_TO_SEND}`,
    );
  }
  const match = HEAD.exec(head);
  if (!match) return refused(`this is no data URL with ;base64, in it; ${WHAT_TO_SEND}`);
  const [whole, type = ""] = match;
  if (!/^image\/[\w.+-]+$/i.test(type)) {
    return refused(`the data URL's type '${type}' is no image's; ${WHAT_TO_SEND}`);
  }
  return { ok: true, dataAt: whole.length };
}

function refused(message: string): ParsedDataUrl {
  return { ok: false, message };
}
