import { connect } from "node:net";

/**
 * One kept-alive connection to a server, on a bare socket: a full client costs as much as what is
 * measured, and the load generator shares the machine's cores with it.
 */
export class Connection {
  #url;
  #socket;

  /** @param {URL} url */
  constructor(url) {
    this.#url = url;
  }

  /**
   * Sends a request and waits for the end of its answer.
   * @param {string} request head and body
   * @param {(text: string) => void} onBody called with each piece of the body as it arrives
   * @returns {Promise<number>} the status
   */
  send(request, onBody) {
    this.#socket ??= this.#open();
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const answer = new Answer(onBody);
      const finish = () => {
        socket.off("data", onData).off("close", onClose);
      };
      const onData = (text) => {
        answer.add(text);
        if (!answer.isComplete) return;
        finish();
        if (answer.closes) this.close();
        resolve(answer.status);
      };
      const onClose = () => {
        finish();
        this.#socket = undefined;
        reject(new Error("the connection was closed"));
      };
      socket.on("data", onData).on("close", onClose);
      socket.write(request);
    });
  }

  close() {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  #open() {
    const socket = connect({ host: this.#url.hostname, port: Number(this.#url.port) });
    socket.setNoDelay(true).setEncoding("latin1");
    // A broken connection shows as its close.
    socket.on("error", () => {});
    return socket;
  }
}

/** An HTTP answer as it arrives: with a length, or in chunks. */
class Answer {
  status = 0;
  closes = false;
  isComplete = false;
  #onBody;
  #head = "";
  /** Bytes of the body that are still to come; undefined when it comes in chunks. */
  #left;
  #tail = "";

  constructor(onBody) {
    this.#onBody = onBody;
  }

  /** @param {string} text as many characters as bytes */
  add(text) {
    if (this.status !== 0) return this.#addBody(text);
    this.#head += text;
    const end = this.#head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const head = this.#head.slice(0, end).toLowerCase();
    this.status = Number(head.slice(9, 12));
    this.closes = head.includes("\r\nconnection: close");
    const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
    this.#left = length === undefined ? undefined : Number(length);
    this.#addBody(this.#head.slice(end + 4));
  }

  #addBody(text) {
    if (text !== "") this.#onBody(text);
    if (this.#left !== undefined) {
      this.#left -= text.length;
      this.isComplete = this.#left <= 0;
      return;
    }
    this.#tail = (this.#tail + text).slice(-7);
    this.isComplete = this.#tail === "\r\n0\r\n\r\n" || this.#tail === "0\r\n\r\n";
  }
}
