import { answered } from "../api.ts";

/**
 * The body of an answer that is read as it comes (`parseAs: "stream"`).
 * @throws as `answered`.
 */
export async function streamed(
  call: Promise<{ data?: unknown; error?: unknown; response: Response }>,
): Promise<AsyncIterable<Uint8Array>> {
  const body = await answered(call);
  return body as AsyncIterable<Uint8Array>;
}
