// @ts-check
// The parts of a stream, as they stand on the wire.

/** A line of NDJSON. @param {object} value */
export function line(value) {
  return `${JSON.stringify(value)}\n`;
}

/** An event without a name. @param {object} value */
export function event(value) {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** An event with a name. @param {string} name @param {object} value */
export function namedEvent(name, value) {
  return `event: ${name}\n${event(value)}`;
}
