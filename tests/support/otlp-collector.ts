import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { until } from "./deadline.ts";

/** A span as OTLP's JSON has it, its attributes by their names. */
export interface CollectedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  traceState: string | undefined;
  name: string;
  /** OTLP's numbers: 1 internal, 2 server, 3 client. */
  kind: number;
  startNs: bigint;
  endNs: bigint;
  /** 0: unset, 2: error. */
  status: number;
  attributes: Record<string, unknown>;
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface Batch {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: Record<string, unknown>[] }[];
  }[];
}

/** How a collector answers a batch. */
export type CollectorAnswer = (response: ServerResponse) => unknown;

const taken: CollectorAnswer = (response) => {
  response.writeHead(200, { "content-type": "application/json" }).end("{}");
};

/** A collector of traces that keeps what it is sent. */
export class OtlpCollector {
  /** The bodies of all batches as they came. */
  readonly bodies: string[] = [];
  readonly heads: { path: string; headers: IncomingHttpHeaders }[] = [];
  answer: CollectorAnswer = taken;
  readonly #server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      this.bodies.push(Buffer.concat(pieces).toString());
      this.heads.push({ path: request.url ?? "", headers: request.headers });
      this.answer(response);
    });
  });

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @param port that of a collector that was stopped; else a free one. */
  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** All spans that have come. */
  get spans(): CollectedSpan[] {
    return this.#resources.flatMap(({ scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) => spans.map(spanOf)),
    );
  }

  /** What the last batch says of the service. */
  get resource(): Record<string, unknown> {
    return attributesOf(this.#resources.at(-1)?.resource.attributes ?? []);
  }

  /** The span of a request that has ended, and those below it in the order of their beginnings. */
  async traceOf(requestId: string): Promise<{ root: CollectedSpan; children: CollectedSpan[] }> {
    const find = (): CollectedSpan | undefined =>
      this.spans.find(({ attributes }) => attributes["shared_ollama.request_id"] === requestId);
    await until(() => find() !== undefined, `the span of request ${requestId}`);
    const root = find() as CollectedSpan;
    const children = this.spans.filter(({ parentSpanId }) => parentSpanId === root.spanId);
    return { root, children: children.toSorted((a, b) => Number(a.startNs - b.startNs)) };
  }

  get #resources(): Batch["resourceSpans"] {
    return this.bodies.flatMap((body) => (JSON.parse(body) as Batch).resourceSpans);
  }
}

/** A running collector; it ends with the test. @param port as OtlpCollector.start. */
export async function startCollector(port = 0): Promise<OtlpCollector> {
  const collector = new OtlpCollector();
  await collector.start(port);
  onTestFinished(() => collector.stop());
  return collector;
}

/** Milliseconds that a span took. */
export function tookMs({ startNs, endNs }: CollectedSpan): number {
  return Number(endNs - startNs) / 1e6;
}

function spanOf(raw: Record<string, unknown>): CollectedSpan {
  return {
    traceId: raw["traceId"] as string,
    spanId: raw["spanId"] as string,
    parentSpanId: raw["parentSpanId"] as string | undefined,
    traceState: raw["traceState"] as string | undefined,
    name: raw["name"] as string,
    kind: raw["kind"] as number,
    startNs: BigInt(raw["startTimeUnixNano"] as string),
    endNs: BigInt(raw["endTimeUnixNano"] as string),
    status: (raw["status"] as { code: number }).code,
    attributes: attributesOf(raw["attributes"] as Attribute[]),
  };
}

function attributesOf(attributes: Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
