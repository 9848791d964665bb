import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { until } from "./deadline.ts";
import type { Gateway } from "./gateway.ts";

export type LoggedEvent = Record<string, unknown>;

/** The events of `logs/requests.jsonl` of this name, once there are so many. */
export async function loggedEvents(
  gateway: Pick<Gateway, "home">,
  name: string,
  count: number,
): Promise<LoggedEvent[]> {
  let events: LoggedEvent[] = [];
  await until(async () => {
    events = (await eventsIn(gateway)).filter(({ event }) => event === name);
    return events.length >= count;
  }, `${count} events ${name} in the log`);
  return events;
}

/** The event of one request, once it is there. */
export async function loggedEventOf(
  gateway: Pick<Gateway, "home">,
  id: string,
): Promise<LoggedEvent> {
  let event: LoggedEvent | undefined;
  await until(async () => {
    event = (await eventsIn(gateway)).find(({ request_id }) => request_id === id);
    return event !== undefined;
  }, `the event of request ${id} in the log`);
  return event ?? {};
}

/** Those that are there, without a line that is still being written. */
async function eventsIn({ home }: Pick<Gateway, "home">): Promise<LoggedEvent[]> {
  const text = await readFile(join(home, "logs", "requests.jsonl"), "utf8").catch(() => "");
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as LoggedEvent);
}
