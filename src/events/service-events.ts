import { EventEmitter } from "node:events";
import type { Exchange } from "../http/exchange.ts";
import type { EndedRequest } from "../requests/ended-request.ts";
import type { RequestRecord } from "../requests/request-record.ts";

/** What a client asks with. */
export type RequestHead = Pick<Exchange, "method" | "target" | "header">;

/** What happens in the service, for those who only look on: each event and what it tells. */
export interface ServiceEventMap {
  /** A request has come; nothing is known of it yet but its id, its client, and what that sends. */
  requestBegan: [record: RequestRecord, head: RequestHead];
  /** It is known whose request it is; or an item of a batch begins. */
  requestKnown: [record: RequestRecord];
  /** A request, or a batch's item, has ended. */
  requestEnded: [ended: EndedRequest, record: RequestRecord];
  /** The service has had a model (canonical name) loaded; milliseconds. */
  modelLoaded: [model: string, tookMs: number];
  /** The service has had a model (canonical name) unloaded. */
  modelUnloaded: [model: string];
  /** The inference server can be used, or not any more. */
  serverUp: [];
  serverDown: [reason: string];
}

/**
 * Tells those who look on of what happens: the store of requests, metrics, traces, the stream of
 * events. They are called at once, one after the other, in the path of requests: a listener is quick
 * and throws nothing.
 */
export class ServiceEvents extends EventEmitter<ServiceEventMap> {
  constructor() {
    super();
    // Each part of the service may listen: their number says nothing of a leak.
    this.setMaxListeners(0);
  }
}
