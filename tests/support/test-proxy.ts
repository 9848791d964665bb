import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, type Socket, connect } from "node:net";

/** An HTTP proxy that leads every request to `target`, whatever host it names; the caller stops it. */
export async function startProxy(target: string) {
  const { hostname, port } = new URL(target);
  const seen: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((incoming, response) => {
    const asked = new URL(incoming.url ?? "/", target);
    seen.push(asked.host);
    const { method, headers } = incoming;
    const path = `${asked.pathname}${asked.search}`;
    incoming.pipe(
      request({ hostname, port, path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.on("connect", (incoming, client: Socket) => {
    seen.push(incoming.url ?? "");
    const tunnel = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      tunnel.pipe(client);
      client.pipe(tunnel);
    });
    for (const socket of [client, tunnel]) {
      open.add(socket);
      socket.on("error", () => socket.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The hosts that were asked for. */
    seen,
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
