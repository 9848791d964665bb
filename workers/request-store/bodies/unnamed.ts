/** The model of work that has none. */
export const NO_MODEL = "system";

/** The operation of requests that have none: reads of the service's state, and most refusals. */
export const NO_OPERATION = "other";

/** The project of clients that name none. */
export const NO_PROJECT = "unknown";
