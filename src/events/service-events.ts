import type { Exchange } from "../http/exchange.ts";
import type { EndedRequest } from "../requests/ended-request.ts";
import type { RequestRecord } from "../requests/request-record.ts";

/** What a client asks with. */
export type RequestHead = Pick<Exchange, "method" | "target" | "header">;

/** What is told of a run of an agent. */
export interface ToldRun {
  readonly id: string;
  readonly owner: { readonly tenant: string; readonly project: string };
  readonly agent: { readonly name: string };
  readonly model: string;
  readonly status: string;
  readonly reason: { readonly code: string } | undefined;
  readonly tookMs: number;
  readonly steps: readonly { readonly kind: "model" | "tool"; readonly outcome: string }[];
}

/** What happens in the service, for those who only look on: each event and what it tells. */
export interface ServiceEventMap {
  /** A request has come; nothing is known of it yet but its id, its client, and what that sends. */
  requestBegan: [record: RequestRecord, head: RequestHead];
  /** It is known whose request it is; or an item of a batch begins. */
  requestKnown: [record: RequestRecord];
  /** A request, or a batch's item, has ended. */
  requestEnded: [ended: EndedRequest, record: RequestRecord];
  /** A run of an agent begins, or has ended. */
  runStarted: [run: ToldRun];
  runEnded: [run: ToldRun];
  /** The service has had a model (canonical name) loaded; milliseconds. */
  modelLoaded: [model: string, tookMs: number];
  /** The service has had a model (canonical name) unloaded. */
  modelUnloaded: [model: string];
  /** The inference server can be used, or not any more. */
  serverUp: [];
  serverDown: [reason: string];
  /** The machine has slept so many milliseconds, and is awake again. */
  machineSlept: [sleptMs: number];
}

type Listener<Name extends keyof ServiceEventMap> = (...told: ServiceEventMap[Name]) => void;
type Listeners = { [Name in keyof ServiceEventMap]: Listener<Name>[] };

/**
 * Tells those who look on of what happens: the store of requests, metrics, traces, the stream of
 * events. They are called at once, one after the other, in the path of requests: a listener is
 * quick. One that throws keeps the event from nobody, and harms no request.
 */
export class ServiceEvents {
  readonly #listeners: Listeners = {
    requestBegan: [],
    requestKnown: [],
    requestEnded: [],
    runStarted: [],
    runEnded: [],
    modelLoaded: [],
    modelUnloaded: [],
    serverUp: [],
    serverDown: [],
    machineSlept: [],
  };
  readonly #onFault: (err: unknown, name: keyof ServiceEventMap) => void;

  /** @param onFault told of what a listener throws, which is a mistake of ours. */
  constructor(onFault: (err: unknown, name: keyof ServiceEventMap) => void) {
    this.#onFault = onFault;
  }

  /** Has a listener told of an event from now on. */
  on<Name extends keyof ServiceEventMap>(name: Name, listener: Listener<Name>): void {
    // Another list, since the one before may be gone through at the moment.
    this.#listeners[name] = [...this.#listeners[name], listener] as Listeners[Name];
  }

  /** Has it told no more. */
  off<Name extends keyof ServiceEventMap>(name: Name, listener: Listener<Name>): void {
    const others = this.#listeners[name].filter((one) => one !== listener);
    this.#listeners[name] = others as Listeners[Name];
  }

  /** How many listen to an event. */
  listenerCount(name: keyof ServiceEventMap): number {
    return this.#listeners[name].length;
  }

  /** Tells of an event. */
  emit<Name extends keyof ServiceEventMap>(name: Name, ...told: ServiceEventMap[Name]): void {
    for (const listener of this.#listeners[name]) {
      try {
        listener(...told);
      } catch (err) {
        this.#onFault(err, name);
      }
    }
  }
}
