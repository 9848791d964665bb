import type { Exchange } from "./exchange.ts";

const encoder = new TextEncoder();

/**
 * A body from pieces of text or bytes, pulled as the client takes them.
 * @param onEnd called once with the bytes sent: after the last piece, or when the client has left.
 * @param client its connection breaks when it takes nothing for too long.
 */
export function bodyStream(
  pieces: AsyncGenerator<string | Uint8Array>,
  onEnd: (bytes: number, complete: boolean) => void,
  client?: Pick<Exchange, "watchReading">,
): ReadableStream<Uint8Array> {
  let bytes = 0;
  let hasEnded = false;
  let pulls = 0;
  let isPulling = true;
  const stopWatching = client?.watchReading(() => (isPulling ? undefined : pulls));
  const end = (complete: boolean): void => {
    if (hasEnded) return;
    hasEnded = true;
    stopWatching?.();
    onEnd(bytes, complete);
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      pulls += 1;
      isPulling = true;
      try {
        const { done, value } = await pieces.next();
        if (done) {
          end(true);
          controller.close();
          return;
        }
        const chunk = typeof value === "string" ? encoder.encode(value) : value;
        bytes += chunk.byteLength;
        controller.enqueue(chunk);
        isPulling = false;
      } catch (err) {
        end(false);
        controller.error(err);
      }
    },
    async cancel() {
      end(false);
      await pieces.return(undefined);
    },
  });
}
