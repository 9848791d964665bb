import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  createServer,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { ggufFile } from "./gguf-files.ts";
import { TEST_CERTIFICATE } from "./test-certificate.ts";

const IMAGE = "application/vnd.ollama.image.";

/** How one answer to a request for a blob goes wrong. */
export type Fault =
  | { kind: "cut"; afterBytes: number }
  | { kind: "hold"; afterBytes: number }
  | { kind: "instead"; content: Buffer }
  | { kind: "status"; status: number; text?: string }
  | { kind: "redirect"; to: string }
  | { kind: "whole" };

export type RegistryOptions = {
  tls?: boolean;
  /** Asks for this token, which it gives out itself. */
  token?: string;
};

export type SeenRequest = {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
};

/** What a published model is made of. */
export type Published = {
  readonly weights: Buffer;
  readonly digest: string;
  readonly manifest: { layers: { mediaType: string; digest: string; size: number }[] };
};

export type ModelRegistry = Awaited<ReturnType<typeof startModelRegistry>>;

/** A registry that speaks Ollama's protocol, and breaks it when told to; the caller stops it. */
export async function startModelRegistry({ tls = false, token }: RegistryOptions = {}) {
  const blobs = new Map<string, Buffer>();
  const manifests = new Map<string, string>();
  const faults = new Map<string, Fault[]>();
  const seen: SeenRequest[] = [];
  let left = 0;

  const listener: RequestListener = (request, response) => {
    const url = new URL(request.url ?? "/", "http://registry");
    const { range, authorization } = request.headers;
    seen.push({ path: url.pathname, range, authorization });
    if (url.pathname === "/token") return sendJson(response, 200, { token });
    if (token !== undefined && authorization !== `Bearer ${token}`) {
      const realm = `${scheme}://${host()}/token`;
      const challenge = `Bearer realm="${realm}",service="test",scope="repository:x:pull"`;
      response.writeHead(401, { "www-authenticate": challenge });
      return response.end();
    }
    const digest = /\/blobs\/(sha256:\w+)$/.exec(url.pathname)?.[1];
    if (digest !== undefined) return sendBlob(request, response, digest);
    const manifest = manifests.get(url.pathname);
    if (manifest === undefined) return sendJson(response, 404, { errors: [] });
    response.writeHead(200, { "content-type": "application/json" });
    return response.end(manifest);
  };

  function sendBlob(request: IncomingMessage, response: ServerResponse, digest: string) {
    const content = blobs.get(digest);
    const fault = faults.get(digest)?.shift();
    if (!content) return sendJson(response, 404, { errors: [] });
    if (fault?.kind === "status") return sendJson(response, fault.status, { error: fault.text });
    if (fault?.kind === "redirect") {
      response.writeHead(307, { location: fault.to });
      return response.end();
    }
    if (fault?.kind === "instead") {
      // Without a length: what is too much or too little shows only as it comes.
      response.writeHead(200);
      return response.end(fault.content);
    }
    const from = fault?.kind === "whole" ? 0 : startOf(request);
    if (from > 0) {
      const contentRange = `bytes ${from}-${content.length - 1}/${content.length}`;
      response.writeHead(206, {
        "content-length": content.length - from,
        "content-range": contentRange,
      });
    } else {
      response.writeHead(200, { "content-length": content.length });
    }
    if (fault?.kind !== "cut" && fault?.kind !== "hold")
      return response.end(content.subarray(from));
    if (fault.kind === "hold") response.once("close", () => (left += 1));
    const part = content.subarray(from, from + fault.afterBytes);
    response.write(part, () => {
      if (fault.kind === "cut") response.destroy();
    });
  }

  const server = tls ? createTlsServer(TEST_CERTIFICATE, listener) : createServer(listener);
  const scheme = tls ? "https" : "http";
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;

  function addBlob(content: Buffer): { digest: string; size: number } {
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    blobs.set(digest, content);
    return { digest, size: content.length };
  }

  return {
    host: host(),
    url: `${scheme}://${host()}`,
    seen,
    /** The requests for this blob, in their order. */
    blobRequests: (digest: string) => seen.filter(({ path }) => path.endsWith(`/blobs/${digest}`)),
    /** How many clients have left while their answer was held. */
    left: () => left,
    addBlob,
    /** What the next answers for this blob do. */
    fail(digest: string, ...next: Fault[]) {
      faults.set(digest, [...(faults.get(digest) ?? []), ...next]);
    },
    publishManifest(repository: string, tag: string, manifest: string) {
      manifests.set(`/v2/${repository}/manifests/${tag}`, manifest);
    },
    /** Publishes a model of these weights and texts; each kind of text is a layer. */
    publish(
      repository: string,
      tag = "latest",
      {
        weights = ggufFile(),
        texts = {},
      }: { weights?: Buffer; texts?: Record<string, string> } = {},
    ): Published {
      const layers = [
        { mediaType: `${IMAGE}model`, ...addBlob(weights) },
        ...Object.entries(texts).map(([kind, content]) => ({
          mediaType: `${IMAGE}${kind}`,
          ...addBlob(Buffer.from(content)),
        })),
      ];
      const config = {
        model_format: "gguf",
        model_family: "llama",
        model_families: ["llama"],
        model_type: "128",
        file_type: "Q8_0",
      };
      const manifest = {
        schemaVersion: 2,
        mediaType: "application/vnd.docker.distribution.manifest.v2+json",
        config: {
          mediaType: "application/vnd.docker.container.image.v1+json",
          ...addBlob(Buffer.from(JSON.stringify(config))),
        },
        layers,
      };
      manifests.set(`/v2/${repository}/manifests/${tag}`, JSON.stringify(manifest));
      return { weights, digest: layers[0]?.digest ?? "", manifest };
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function startOf(request: IncomingMessage): number {
  return Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  const length = Buffer.byteLength(text);
  response.writeHead(status, { "content-type": "application/json", "content-length": length });
  response.end(text);
}
