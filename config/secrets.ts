/** Variables whose values prove something to somebody. */
const SECRET = /(^|_)(TOKEN|SECRET|PASSWORD|APIKEY|API_KEY|KEY)$|^OTEL_.*_HEADERS$/;

/** Name and password in a URL. */
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/gi;

const MASK = "********";

/** A variable's value as it may be shown: without what nobody else may know. */
export function maskedValue(name: string, value: string): string {
  if (SECRET.test(name.toUpperCase())) return MASK;
  return value.replace(CREDENTIALS, `$1${MASK}@`);
}
