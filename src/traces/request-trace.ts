import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { RequestHead } from "../events/service-events.ts";
import type { CallPhase } from "../inference/call-phases.ts";
import type { CallTrace } from "../inference/call-record.ts";
import type { EndedRequest } from "../requests/ended-request.ts";
import type { RequestRecord } from "../requests/request-record.ts";
import type { Interval } from "../runtime/interval.ts";
import type { PlannedIds } from "./planned-ids.ts";
import {
  hasFailed,
  imageAttributes,
  loadAttributes,
  queueAttributes,
  requestAttributes,
  requestName,
  upstreamAttributes,
  upstreamName,
  type RequestLine,
} from "./span-attributes.ts";
import { spanTime } from "./span-times.ts";

/** What makes spans. */
export interface SpanMaker {
  tracer: Tracer;
  ids: PlannedIds;
}

interface ChildSpan extends Interval {
  name: string;
  attributes?: Attributes;
  kind?: SpanKind;
  id?: string | undefined;
  hasFailed?: boolean;
}

const propagation = new W3CTraceContextPropagator();

/**
 * A request's part in a trace. While the request lives there is its own span only, and the id of
 * that of its call; all else is made of its record when it has ended.
 */
export class RequestTrace implements CallTrace {
  readonly #maker: SpanMaker;
  readonly #line: RequestLine | undefined;
  readonly #span: Span;
  readonly #context: Context;
  #callId: string | undefined;

  private constructor(maker: SpanMaker, parent: Context, startTime: number, line?: RequestLine) {
    this.#maker = maker;
    this.#line = line;
    const kind = line ? SpanKind.SERVER : SpanKind.INTERNAL;
    this.#span = maker.tracer.startSpan(line?.method ?? "batch item", { kind, startTime }, parent);
    this.#context = trace.setSpan(ROOT_CONTEXT, this.#span);
  }

  /** Continues the trace that the client sends, or begins one. */
  static begin(maker: SpanMaker, { startedAtMs }: RequestRecord, head: RequestHead): RequestTrace {
    const parent = propagation.extract(ROOT_CONTEXT, head, SENT);
    const line = { method: head.method, path: head.target.path };
    return new RequestTrace(maker, parent, startedAtMs, line);
  }

  /** Those of the span of its call, which need not be there yet. */
  get headers(): readonly string[] {
    const span = this.#span.spanContext();
    // A span that is not sent has none below it.
    const spanId = this.#span.isRecording()
      ? (this.#callId ??= this.#maker.ids.plan())
      : span.spanId;
    const headers: string[] = [];
    const context = trace.setSpanContext(ROOT_CONTEXT, { ...span, spanId });
    propagation.inject(context, headers, PAIRS);
    return headers;
  }

  within({ startedAtMs }: Pick<RequestRecord, "startedAtMs">): RequestTrace {
    return new RequestTrace(this.#maker, this.#context, startedAtMs);
  }

  /** Makes the spans of a request that has ended. */
  end(ended: EndedRequest, record: RequestRecord): void {
    const span = this.#span;
    if (!span.isRecording()) return;
    const from = record.startedAt;
    const whole = { from, to: from + ended.tookMs };
    for (const child of this.#children(ended, record)) this.#add(child, whole, record);
    span.updateName(requestName(ended, this.#line));
    span.setAttributes(requestAttributes(ended, this.#line));
    if (hasFailed(ended)) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(spanTime(record, whole.to));
  }

  #children(ended: EndedRequest, record: RequestRecord): ChildSpan[] {
    const { lookup, imageWork, call } = record;
    const children: ChildSpan[] = [];
    if (lookup) {
      children.push({
        ...lookup,
        name: "cache",
        attributes: { "shared_ollama.cache": ended.cache },
      });
    }
    if (imageWork) {
      children.push({ ...imageWork, name: "images", attributes: imageAttributes(ended) });
    }
    for (const phase of call.phases()) {
      children.push({ ...phase, ...this.#phaseFacts(phase.name, ended, call.isShared) });
    }
    return children;
  }

  #phaseFacts(
    phase: CallPhase["name"],
    ended: EndedRequest,
    isShared: boolean,
  ): Pick<ChildSpan, "name" | "attributes" | "kind" | "id" | "hasFailed"> {
    if (phase === "queue") return { name: phase, attributes: queueAttributes(ended) };
    if (phase === "load") return { name: phase, attributes: loadAttributes(ended) };
    return {
      name: upstreamName(ended),
      attributes: upstreamAttributes(ended, isShared),
      kind: SpanKind.CLIENT,
      id: this.#callId,
      hasFailed: hasFailed(ended),
    };
  }

  #add(child: ChildSpan, whole: { from: number; to: number }, record: RequestRecord): void {
    const { name, attributes = {}, kind = SpanKind.INTERNAL, id } = child;
    const from = Math.max(child.from, whole.from);
    const to = Math.max(from, Math.min(child.to ?? whole.to, whole.to));
    const startTime = spanTime(record, from);
    this.#maker.ids.use(id);
    const span = this.#maker.tracer.startSpan(name, { kind, startTime }, this.#context);
    span.setAttributes(attributes);
    if (child.hasFailed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(spanTime(record, to));
  }
}

/** Reads a request's headers. */
const SENT = {
  get: (head: RequestHead, name: string): string | undefined => head.header(name),
  keys: (): string[] => propagation.fields(),
};

/** Writes headers as name, value, name … */
const PAIRS = {
  set: (headers: string[], name: string, value: string): void => void headers.push(name, value),
};
