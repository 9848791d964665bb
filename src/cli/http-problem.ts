import { CliError, NotRunning } from "./cli-error.ts";

const ABSENT = new Set(["ECONNREFUSED", "EHOSTDOWN", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"]);
const CLOSED = new Set(["ECONNRESET", "EPIPE"]);
const NO_SUCH_NAME = new Set(["ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "ENODATA"]);
const DISTRUSTED = /CERT|UNABLE_TO_|HOSTNAME/;
const NO_TLS = /^(EPROTO|ERR_SSL_)/;
const NO_HTTP = /^HPE_/;

/** Why a request had no answer, with what to do next. The codes are Node's and Bun's. */
export function httpProblem(url: string, cause: unknown): CliError {
  const { origin, hostname } = new URL(url);
  if (isTimeout(cause)) {
    return new NotRunning(`${origin} has not answered in time. See: shared-ollama doctor`, cause);
  }
  const { code = "", message } = cause as NodeJS.ErrnoException;
  if (ABSENT.has(code)) {
    return new NotRunning(`Nothing answers at ${origin}. Start it: shared-ollama start`, cause);
  }
  if (CLOSED.has(code)) {
    return new NotRunning(
      `${origin} closed the connection without an answer. See: shared-ollama doctor`,
      cause,
    );
  }
  return new CliError(inWords({ origin, hostname, code, message }), undefined, { cause });
}

interface Fault {
  origin: string;
  hostname: string;
  code: string;
  message: string;
}

function inWords({ origin, hostname, code, message }: Fault): string {
  if (NO_SUCH_NAME.has(code)) return `There is no machine called ${hostname}: is --url right?`;
  if (DISTRUSTED.test(code)) {
    return `The certificate of ${origin} is not trusted: ${message}. NODE_EXTRA_CA_CERTS=FILE adds an authority`;
  }
  if (NO_TLS.test(code)) return `${origin} does not speak TLS: try --url with http://`;
  if (NO_HTTP.test(code)) return `${origin} does not answer as a web server: is --url right?`;
  return `${origin} cannot be asked: ${message}`;
}

/** What `AbortSignal.timeout` calls a request off with. */
export function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}
