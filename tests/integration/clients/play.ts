import { describe, expect, it } from "vitest";
import { startFakeOllama, type FakeOptions, type Received } from "../../support/fake-ollama.ts";
import { startGateway } from "../../support/gateway.ts";
import type { Header } from "../../support/http-wire.ts";
import { loggedEventOf } from "../../support/logged-events.ts";
import { connectRaw } from "../../support/raw-client.ts";
import { MARK } from "../../support/recording-upstream.ts";
import { expectSameRequest, nothingIsHeld } from "../../support/through-gateway.ts";
import type { Step } from "./steps.ts";

type Version = NonNullable<FakeOptions["version"]>;

interface Sequence {
  /** The client with the version whose requests these are, or where they were read. */
  client: string;
  /** Versions of Ollama that have all that the client asks for. */
  ollama: Version[];
  steps: Step[];
  /** Settings of the service, where the client needs others. */
  env?: Record<string, string>;
}

/**
 * Plays a client's requests through the service, byte for byte and one after the other: each is
 * answered as the client needs it, and arrives at the server as it was sent.
 */
export function plays({ client, ollama, steps, env = {} }: Sequence): void {
  describe.each(ollama)(`${client} with Ollama %s`, (version) => {
    it.each(["", "/project/story%2Fmachine"])(
      "has each request answered as it needs it at the base URL http://…%s",
      (base) => play(steps, version, { env, base }),
    );
  });
}

interface Setting {
  env: Record<string, string>;
  /** What the client's base URL has behind the port. */
  base: string;
}

async function play(steps: Step[], version: Version, { env, base }: Setting): Promise<void> {
  const fake = await startFakeOllama({ version });
  const gateway = await startGateway({ OLLAMA_BASE_URL: fake.url, ...env });
  const client = await connectRaw(gateway.url);
  for (const { what, ask, needs, model, loadsNothing, isRefused } of steps) {
    const before = fake.received.filter(isOfClient).length;
    const loadsBefore = fake.loads.length;
    const answer = client.ask({ ...ask, target: base + ask.target });
    await telling(what, async () => {
      expect(await answer.ended()).toBe("complete");
      needs(answer);
      const arrived = fake.received.filter(isOfClient).slice(before);
      expect(arrived).toHaveLength(isRefused ? 0 : 1);
      for (const { method, target, rawHeaders, body } of arrived) {
        expectSameRequest(ask, { method, target, headers: paired(rawHeaders), trailers: [] });
        expect(body.toString("latin1")).toBe(Buffer.from(ask.body ?? "").toString("latin1"));
      }
      if (loadsNothing) expect(fake.loads).toHaveLength(loadsBefore);
      const id = answer.header("X-Shared-Ollama-Request-Id") ?? "";
      if (model !== undefined) expect(await loggedEventOf(gateway, id)).toMatchObject({ model });
    });
  }
  await nothingIsHeld({ gateway });
}

/** Runs checks; what fails in them says at which step. */
async function telling(what: string, check: () => Promise<void>): Promise<void> {
  try {
    await check();
  } catch (err) {
    if (err instanceof Error) err.message = `${what}: ${err.message}`;
    throw err;
  }
}

/** The service asks the server as well, for itself. */
function isOfClient({ rawHeaders }: Received): boolean {
  return rawHeaders.some((name) => name.toLowerCase() === MARK.toLowerCase());
}

function paired(rawHeaders: string[]): Header[] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, i) => [
    rawHeaders[2 * i] ?? "",
    rawHeaders[2 * i + 1] ?? "",
  ]);
}
