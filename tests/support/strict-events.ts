import { ServiceEvents, type ServiceEventMap } from "../../src/events/service-events.ts";

/** Events whose listeners may not fail. */
export function strictEvents(): ServiceEvents {
  return new ServiceEvents((err) => {
    throw err;
  });
}

const NAMES: (keyof ServiceEventMap)[] = [
  "requestBegan",
  "requestKnown",
  "requestEnded",
  "modelLoaded",
  "modelUnloaded",
  "serverUp",
  "serverDown",
];

/** The events that somebody listens to. */
export function heard(events: ServiceEvents): string[] {
  return NAMES.filter((name) => events.listenerCount(name) > 0);
}
