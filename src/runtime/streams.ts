const encoder = new TextEncoder();

/**
 * A body from pieces of text or bytes, pulled as the client takes them.
 * @param onEnd called once with the bytes sent: after the last piece, or when the client left.
 */
export function bodyStream(
  pieces: AsyncGenerator<string | Uint8Array>,
  onEnd: (bytes: number, complete: boolean) => void,
): ReadableStream<Uint8Array> {
  let bytes = 0;
  let hasEnded = false;
  const end = (complete: boolean): void => {
    if (hasEnded) return;
    hasEnded = true;
    onEnd(bytes, complete);
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
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
