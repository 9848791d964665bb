import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawnSync } from "node:child_process";
import { freePort } from "./free-port.mjs";
import { Program } from "./program.mjs";

/** Debian keeps nginx outside a user's PATH. */
const CANDIDATES = ["nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"];

/** The nginx that is installed; undefined when there is none. */
export function findNginx() {
  return CANDIDATES.find((name) => spawnSync(name, ["-v"]).status === 0);
}

/**
 * Starts nginx as a plain proxy in front of a server.
 * @param {string} command
 * @param {string} origin
 */
export async function startNginx(command, origin) {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-nginx-"));
  const port = await freePort();
  const config = join(folder, "nginx.conf");
  await writeFile(config, nginxConfig(folder, port, new URL(origin).host));
  const program = new Program(command, [
    "-p",
    folder,
    "-e",
    join(folder, "error.log"),
    "-c",
    config,
  ]);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await program.until(
      () =>
        fetch(url).then(
          () => true,
          () => undefined,
        ),
      "nginx's answer",
    );
    return { url, pid: program.pid, stop };
  } catch (err) {
    await stop();
    throw err;
  }
}

/** One process, so that its processor time is in one place. */
function nginxConfig(folder, port, upstream) {
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
    .join("\n  ");
  return `daemon off;
master_process off;
pid ${join(folder, "nginx.pid")};
error_log ${join(folder, "error.log")} crit;
events { worker_connections 2048; }
http {
  ${paths}
  access_log off;
  keepalive_requests 10000000;
  upstream mock {
    server ${upstream};
    keepalive 256;
    keepalive_requests 10000000;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`;
}
