/** Whether this is Bun, for the places where the runtimes differ. */
export const onBun = process.versions["bun"] !== undefined;
