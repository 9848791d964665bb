/** Whether a keep_alive ends the model's stay in memory with this request. */
export function unloads(keepAlive: string | number | undefined): boolean {
  return keepAlive === 0 || keepAlive === "0" || keepAlive === "0s";
}
