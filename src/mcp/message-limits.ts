/** One message of a server: a screenshot of a large screen fits in. */
export const MAX_MESSAGE_BYTES = 4_194_304;

/** JSON values of one message: to check more would hold up everybody. */
export const MAX_MESSAGE_VALUES = 100_000;
