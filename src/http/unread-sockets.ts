import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { StallWatch } from "../runtime/stall-watch.ts";

/** What Node's own idle timer reads too (`Socket.prototype._onTimeout` in lib/net.js). */
interface SocketInside {
  _handle?: { bytesWritten: number; writeQueueSize: number } | null;
}

/**
 * Breaks connections whose clients do not read while bytes wait for them, whatever answer it is.
 * The socket shows it, so that no answer has to check; work under way for the client ends as for a
 * client that has left.
 */
export function cutUnreadSockets(server: Server, downloads: StallWatch): void {
  server.on("connection", (socket: Socket) => {
    const stop = downloads.watch({
      steps: () => takenBytes(socket),
      stalled: () => socket.resetAndDestroy(),
    });
    socket.once("close", stop);
  });
}

/** Bytes that the client's system has taken; undefined while none wait for it. */
function takenBytes(socket: Socket): number | undefined {
  const { _handle: handle } = socket as SocketInside;
  if (!handle || socket.writableLength === 0) return undefined;
  return handle.bytesWritten - handle.writeQueueSize;
}
