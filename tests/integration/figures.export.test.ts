import Driver from "libsql";
import { describe, expect, it } from "vitest";
import { until, within } from "../support/deadline.ts";
import { endedOf } from "../support/ended-requests.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { idOf } from "../support/service.ts";
import { connectPlain } from "../support/plain-socket.ts";
import { requestFile } from "../support/stored-requests.ts";
import { startWithRecords } from "./figures-set-up.ts";

const FILES = ["/analytics/export?format=csv", "/analytics/export?format=parquet"];

/** Together 15 MB, which is more than the buffers of both ends of a connection take. */
const MANY = 12_000;
const many = () => {
  const startedAtMs = Date.now() - 60_000;
  const model = "x".repeat(1000);
  return Array.from({ length: MANY }, (_, i) => endedOf({ startedAtMs, model: `${model}${i}` }));
};

describe.each([...FILES, "/usage", "/usage?format=csv"])("HEAD %s", (path) => {
  it("has the head of the answer, and an end", async () => {
    const { gateway, get } = await startWithRecords([endedOf()]);
    const head = await within(gateway.get(`/api/v1${path}`, { method: "HEAD" }), "the head");
    const whole = await get(path);
    await whole.text();
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(head.headers.get("content-type")).toBe(whole.headers.get("content-type"));
    expect(await loggedEventOf(gateway, idOf(head))).toMatchObject({ ended: "completed" });
    await until(() => gateway.service.load().active === 0, "no request is under way");
  });
});

describe.each(FILES)("GET %s", (path) => {
  it("is a file to be kept, and holds nothing that came after it began", async () => {
    const { get } = await startWithRecords([endedOf()]);
    const answer = await get(path);
    const ending = path.endsWith("csv") ? "csv" : "parquet";
    expect(answer.headers.get("content-disposition")).toMatch(
      new RegExp(`^attachment; filename="requests-\\d{8}T\\d{6}Z\\.${ending}"$`),
    );
    const [type] = (answer.headers.get("content-type") ?? "").split(";");
    expect(type).toBe(ending === "csv" ? "text/csv" : "application/vnd.apache.parquet");
    await answer.arrayBuffer();
  });

  it("is read no further than its client takes it, and not at all once that has left", async () => {
    const { gateway, textOf } = await startWithRecords(many());
    const client = await connectPlain(gateway.url);
    client.send(`GET /api/v1${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Project-Name: slow\r\n\r\n`);
    await until(() => client.received.length > 0, "the file begins");
    client.stopReading();
    // Others are served meanwhile.
    expect(await textOf("/metrics?project=acme")).toContain(`"total_requests":${MANY}`);
    client.leave();
    const id = /x-shared-ollama-request-id: (.*)\r/i.exec(client.received)?.[1] ?? "";
    const ended = await loggedEventOf(gateway, id);
    expect(ended).toMatchObject({ ended: "client_left", status_code: 200 });
    // Whole it has 15 MB.
    expect(ended["bytes"]).toBeLessThan(8e6);
  });

  it("breaks the connection where the records cannot be read any further", async () => {
    const { gateway, get } = await startWithRecords(many());
    const answer = await get(path);
    const reader = answer.body?.getReader();
    await reader?.read();
    const other = new Driver(requestFile(gateway.home));
    other.exec("DROP TABLE requests");
    other.close();
    const readAll = async (): Promise<void> => {
      while (!(await reader?.read())?.done);
    };
    await expect(within(readAll(), "the connection breaks")).rejects.toThrow();
    const ended = await loggedEventOf(gateway, idOf(answer));
    expect(ended).toMatchObject({ status_code: 200, client_left: true });
  });

  it("does not keep a service from stopping", async () => {
    const { gateway, get } = await startWithRecords(many());
    const answer = await get(path);
    const reader = answer.body?.getReader();
    await reader?.read();
    await within(gateway.stop(), "the service stops", 60_000);
    const readAll = async (): Promise<void> => {
      while (!(await reader?.read())?.done);
    };
    await expect(within(readAll(), "the connection breaks")).rejects.toThrow();
  });
});
