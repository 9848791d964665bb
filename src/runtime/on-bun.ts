/** Whether this is Bun; the places where the runtimes differ ask here. */
export const onBun = process.versions["bun"] !== undefined;
