import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { ServiceEvents } from "../events/service-events.ts";
import { pause } from "../runtime/pause.ts";
import { PlannedIds } from "./planned-ids.ts";
import { ReportedExporter, type ExportReport } from "./reported-exporter.ts";
import { RequestTrace } from "./request-trace.ts";

interface TracingOptions {
  events: Pick<ServiceEvents, "on">;
  version: string;
  /** How long stopping may take, in milliseconds. */
  stopMs: number;
  report: ExportReport & {
    /** At the stop: so many spans were not sent, of all since the start. */
    lost: (spans: number) => void;
  };
}

/**
 * Makes a trace of each request, and sends it to the collector that OpenTelemetry's variables name,
 * which its library reads from the process's environment. Spans wait in a queue with an end; those
 * that find it full are lost.
 */
export class Tracing {
  readonly #exporter: ReportedExporter;
  readonly #provider: BasicTracerProvider;
  readonly #options: TracingOptions;
  #ended = 0;

  constructor(options: TracingOptions) {
    const { events, version, report } = options;
    this.#options = options;
    this.#exporter = new ReportedExporter(new OTLPTraceExporter(), report);
    const ids = new PlannedIds();
    const batches = new BatchSpanProcessor(this.#exporter);
    this.#provider = new BasicTracerProvider({
      idGenerator: ids,
      resource: defaultResource()
        .merge(resourceFromAttributes({ "service.name": NAME, "service.version": version }))
        .merge(detectResources({ detectors: [envDetector] })),
      spanProcessors: [
        {
          onStart: () => {},
          onEnd: (span) => {
            this.#ended += 1;
            batches.onEnd(span);
          },
          forceFlush: () => batches.forceFlush(),
          shutdown: () => batches.shutdown(),
        },
      ],
    });
    const maker = { tracer: this.#provider.getTracer(NAME, version), ids };
    events.on("requestBegan", (record, head) => {
      record.call.trace = RequestTrace.begin(maker, record, head);
    });
    events.on("requestEnded", (ended, record) => {
      const { trace } = record.call;
      if (trace instanceof RequestTrace) trace.end(ended, record);
    });
  }

  /** Sends what waits, within its time. */
  async stop(): Promise<void> {
    const { stopMs, report } = this.#options;
    // What fails is reported by the exporter.
    const isSent = new AbortController();
    const sending = this.#provider.shutdown().catch(() => {});
    void sending.then(() => isSent.abort());
    await pause(stopMs, isSent.signal);
    const lost = this.#ended - this.#exporter.sent;
    if (lost > 0) report.lost(lost);
  }
}

/** What the service calls itself, unless OTEL_SERVICE_NAME says it. */
const NAME = "shared-ollama-service";
