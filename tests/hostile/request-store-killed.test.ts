import { expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { idOf } from "../support/service.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";
import { storedRequests } from "../support/stored-requests.ts";

/** As often as REQUEST_STORE_KILLS says; the whole of 20 takes a minute. */
const KILLS = Number(process.env["REQUEST_STORE_KILLS"] ?? 4);
const CLIENTS = 8;

/** What the service may lose: the last second. */
const LOSES_MS = 1000;

/** Clients that ask until the service is gone. @param answered when each answer was there. */
async function load(
  url: string,
  answered: Map<string, number>,
  isOver: () => boolean,
): Promise<void> {
  const client = async (): Promise<void> => {
    while (!isOver()) {
      try {
        const answer = await fetch(`${url}/api/v1/health`);
        await answer.arrayBuffer();
        answered.set(idOf(answer), performance.now());
      } catch {
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

it(`loses the last second at most, and writes nothing twice, when it is killed ${KILLS} times`, async () => {
  const ollama = await startFakeOllama({ models: ["fake:latest"] });
  const home = await makeHome();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const service = startServiceProcess({ home, env: { OLLAMA_BASE_URL: ollama.url } });
    await service.listening();
    // The file is open once a first request is in it.
    const before = storedRequests(home).length;
    await service.get("/api/v1/health");
    await until(() => storedRequests(home).length > before, "the first request is stored");
    let isOver = false;
    const answered = new Map<string, number>();
    const loading = load(service.url, answered, () => isOver);
    const [beganAt, lastsMs] = [performance.now(), LOSES_MS * 1.5 + kill * 37];
    const isLong = (): boolean => performance.now() - beganAt > lastsMs;
    const oldAt = (ms: number): [id: string, at: number][] =>
      [...answered].filter(([, at]) => at < ms - LOSES_MS);
    // At another moment of its work each time.
    const isEnough = (): boolean => isLong() && oldAt(performance.now()).length > 20;
    await until(isEnough, "there are answers of more than a second ago");
    const killedAt = performance.now();
    service.signal("SIGKILL");
    await service.exited();
    isOver = true;
    await loading;
    const ids = storedRequests(home).map(({ id }) => id);
    const stored = new Set(ids);
    expect(stored.size, "none is there twice").toBe(ids.length);
    const missing = oldAt(killedAt).filter(([id]) => !stored.has(id));
    expect(missing, "that ended a second before the kill").toEqual([]);
  }
}, 240_000);
