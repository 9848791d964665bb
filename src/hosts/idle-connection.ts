import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

interface WatchOptions {
  /** Scheme, host and port of the server. */
  origin: string;
  /** Called when the connection has ended, and now and then: the server may be gone. */
  onDoubt: () => void;
  everyMs?: number;
  firstPauseMs?: number;
}

const EVERY_MS = 30_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** A connection that lived so long was not closed for being idle. */
const LONG_LIVED_MS = 10_000;
/** A machine that vanished is noticed by the TCP keep-alive after this. */
const KEEP_ALIVE_MS = 15_000;

/**
 * Watches a server that is no child of ours: an idle connection is held open, whose end is seen at
 * once; `onDoubt` is called then, and every 30 s besides. A server that closes idle connections is
 * not probed in a circle: the connection is opened again after pauses that grow from 1 s to 30 s.
 * @returns a function that ends the watch.
 */
export function watchByConnection(options: WatchOptions): () => void {
  const { origin, onDoubt, everyMs = EVERY_MS, firstPauseMs = FIRST_PAUSE_MS } = options;
  let socket: Socket;
  let reopening: NodeJS.Timeout | undefined;
  let pauseMs = firstPauseMs;
  const open = (): void => {
    const openedAt = performance.now();
    socket = connectTo(new URL(origin));
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on("error", () => {});
    socket.resume();
    socket.once("close", () => {
      if (performance.now() - openedAt > LONG_LIVED_MS) pauseMs = firstPauseMs;
      reopening = setTimeout(open, pauseMs).unref();
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      onDoubt();
    });
    socket.unref();
  };
  const ticking = setInterval(onDoubt, everyMs).unref();
  open();
  return () => {
    clearInterval(ticking);
    socket.removeAllListeners("close").destroy();
    clearTimeout(reopening);
  };
}

function connectTo(url: URL): Socket {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isTls = url.protocol === "https:";
  const port = Number(url.port) || (isTls ? 443 : 80);
  return isTls ? connectTls({ host, port }) : connect({ host, port });
}
