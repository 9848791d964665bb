import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LOG_LIMIT_BYTES } from "../../src/logs/old-logs.ts";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { expectLogsToAgree } from "../support/logged-records.ts";
import { idOf } from "../support/service.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";
import { requestFile } from "../support/stored-requests.ts";

/** As version 2.0.0 wrote them: no other fields than these, and `performance.jsonl` by another hand. */
const OLD_LINES = {
  "api.log": '127.0.0.1 - - [2025-01-01] "GET /api/v1/health HTTP/1.1" 200 2 "-" "-" 1.0ms old\n',
  "requests.jsonl": '{"event": "http_request", "request_id": "old", "latency_ms": 1.0}\n',
  "performance.jsonl": '{"timestamp": "2025-01-01T00:00:00", "model": "old", "success": true}\n',
};

it("a home of 2.0.0, with logs and without a folder for data, is gone on with", async () => {
  const home = await makeHome();
  const logs = join(home, "logs");
  await mkdir(logs, { recursive: true });
  // They were never set aside.
  const many = (line: string): string =>
    line.repeat(Math.ceil((LOG_LIMIT_BYTES + 1) / line.length));
  for (const [name, line] of Object.entries(OLD_LINES)) {
    await writeFile(join(logs, name), many(line));
  }
  expect(await readdir(home)).not.toContain("data");
  const ollama = await startFakeOllama({ models: ["fake:latest"] });
  ollama.inMemory.push("fake:latest");
  const service = startServiceProcess({ home, env: { OLLAMA_BASE_URL: ollama.url } });
  await service.listening();
  const messages = [{ role: "user", content: "hi" }];
  const answer = await service.post("/api/v1/chat", { model: "fake", messages });
  expect(answer.status).toBe(200);
  await answer.text();
  // Each is set aside before the first new line.
  const setAside = async (): Promise<boolean> => {
    const names = await readdir(logs);
    return Object.keys(OLD_LINES).every((name) => names.includes(`${name}.1`));
  };
  await until(setAside, "the old logs are set aside");
  const [record] = await expectLogsToAgree({ home }, 1);
  expect(record?.id).toBe(idOf(answer));
  expect((await stat(requestFile(home))).mode & 0o777).toBe(0o600);
  expect((await stat(join(home, "data"))).mode & 0o777).toBe(0o700);
  for (const [name, line] of Object.entries(OLD_LINES)) {
    expect(await readFile(join(logs, `${name}.1`), "utf8")).toBe(many(line));
  }
});
