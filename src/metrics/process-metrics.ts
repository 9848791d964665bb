import type { Readings } from "./readings.ts";

/**
 * The process by its usual names, which others' dashboards know. The library's own set of them has
 * figures on Node that mean nothing on Bun.
 */
export function addProcessMetrics(readings: Readings): void {
  const startedAt = Math.round(Date.now() / 1000 - process.uptime());
  readings.gauge(
    "process_start_time_seconds",
    "When the service was started, seconds since 1970",
    () => startedAt,
  );
  readings.total(
    "process_cpu_seconds_total",
    "Processor time of the service, all its threads together",
    () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    },
  );
  readings.gauge(
    "process_resident_memory_bytes",
    "Memory of the service, without the inference server's",
    () => process.memoryUsage.rss(),
  );
  readings.gauge(
    "nodejs_heap_size_used_bytes",
    "JavaScript memory of the main thread that is in use",
    () => process.memoryUsage().heapUsed,
  );
}
