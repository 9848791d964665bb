import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** What is different in the service's answers, by how their paths end. */
type Changes = Record<string, object>;

/** A service whose answers in JSON say something else; it ends with the test. @returns its address */
export async function changedService(url: string, changes: Changes): Promise<string> {
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    void text(request)
      .then((body) =>
        fetch(url + path, {
          method: request.method ?? "GET",
          ...(body === "" ? {} : { body }),
        }),
      )
      .then(async (answer) => {
        const body = (await answer.json()) as object;
        const [, change = {}] = Object.entries(changes).find(([end]) => path.endsWith(end)) ?? [];
        response.writeHead(answer.status, { "content-type": "application/json" });
        response.end(JSON.stringify({ ...body, ...change }));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
