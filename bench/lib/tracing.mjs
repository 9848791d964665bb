import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { serviceFile } from "./request-store.mjs";

/**
 * Traces as the service makes them, sent to a collector that counts and forgets them.
 */
export async function startTracing() {
  const received = { spans: 0 };
  const collector = createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (piece) => (text += piece));
    request.on("end", () => {
      received.spans += text.split('"spanId"').length - 1;
      response.end("{}");
    });
  });
  await once(collector.listen(0, "127.0.0.1"), "listening");
  const { port } = collector.address();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${port}`;
  process.env.OTEL_BSP_SCHEDULE_DELAY = "1";
  const { composeTraces } = await import(serviceFile("src/compose/traces"));
  const { endedRequest } = await import(serviceFile("src/requests/ended-request"));
  const events = new EventEmitter();
  const say = (facts, words) => console.error(words, facts);
  const logs = { service: { info: say, warn: say } };
  const [part] = await composeTraces({ events, logs, env: process.env });
  const headers = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
  const head = {
    method: "POST",
    target: { path: "/api/v1/chat" },
    header: (name) => headers[name],
  };
  return {
    /** A request has come, and is sent on. */
    begin: (record) => {
      events.emit("requestBegan", record, head);
      // Asked for with its call.
      return record.call.trace.headers;
    },
    end: (record, end) => void events.emit("requestEnded", endedRequest(record, end), record),
    /** Waits until so many spans have come. */
    received: async (spans) => {
      while (received.spans < spans) await delay(1);
    },
    stop: async () => {
      await part.stop();
      collector.closeAllConnections();
      collector.close();
    },
  };
}
