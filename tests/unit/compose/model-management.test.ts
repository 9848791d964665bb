import { afterEach, expect, it } from "vitest";
import { composeModelManagement } from "../../../src/compose/model-management.ts";
import type { ServerKind } from "../../../src/hosts/server.ts";
import { Deadlines } from "../../../src/runtime/deadlines.ts";

const { signal } = new AbortController();
const folders: string[] = [];
afterEach(() => void folders.splice(0));

/** Pulls a model, and tells how it ends. Of the folders only those that are named are there. */
async function pull(
  { kind, origin }: { kind: ServerKind; origin: string },
  { ollamaModels, there }: { ollamaModels?: string; there: Record<string, number> },
): Promise<unknown> {
  async function* body() {
    yield Buffer.from('{"status":"pulling a","digest":"sha256:a","total":5000000000}\n');
    yield Buffer.from('{"status":"success"}\n');
  }
  const { pulls } = composeModelManagement(
    {
      settings: { ollamaModels },
      env: { HOME: "/home/ada" },
      home: "/srv/service",
      deadlines: new Deadlines(),
    },
    {
      transport: {
        call: async () => ({ status: 200, contentType: "", body: body(), isBeingRead: () => true }),
      },
      upstream: { kind, origin, assertAvailable: () => {}, checkHealth: () => {} },
      catalog: { find: async () => undefined, invalidate: () => {} },
      memory: { pins: { remove: () => false } },
    },
    async (folder) => {
      folders.push(folder);
      const freeBytes = there[folder];
      if (freeBytes === undefined) throw new Error("ENOENT");
      return { totalBytes: 100e9, freeBytes };
    },
  );
  return pulls.whole({ model: "m", insecure: false }, signal).then(
    () => "pulled",
    (err: { code: string }) => err.code,
  );
}

const HERE = "http://127.0.0.1:11434";
const FULL = 12e9;
const EMPTY = 90e9;
const OLLAMA = "/home/ada/.ollama/models";
const SYSTEM = "/usr/share/ollama/.ollama/models";

it.each([
  ["engine", "/srv/service/models"],
  ["ollama", OLLAMA],
  ["external", OLLAMA],
  ["external", SYSTEM],
] as const)("looks at the disk of a server of the kind %s: %s", async (kind, folder) => {
  const server = { kind, origin: HERE };
  expect(await pull(server, { there: { [folder]: FULL } })).toBe("insufficient_storage");
  expect(await pull(server, { there: { [folder]: EMPTY } })).toBe("pulled");
});

it.each(["engine", "ollama", "external"] as const)("goes by OLLAMA_MODELS: %s", async (kind) => {
  const there = { "/mnt/models": FULL, [OLLAMA]: EMPTY, "/srv/service/models": EMPTY };
  const ended = await pull({ kind, origin: HERE }, { ollamaModels: "/mnt/models", there });
  expect([ended, folders]).toEqual(["insufficient_storage", ["/mnt/models"]]);
});

it("looks at the disk that a folder will be made on", async () => {
  const ended = await pull({ kind: "engine", origin: HERE }, { there: { "/srv": FULL } });
  expect([ended, folders]).toEqual([
    "insufficient_storage",
    ["/srv/service/models", "/srv/service", "/srv"],
  ]);
});

it("lets a pull pass where no disk can be read", async () => {
  expect(await pull({ kind: "engine", origin: HERE }, { there: {} })).toBe("pulled");
  expect(await pull({ kind: "external", origin: HERE }, { there: { "/": FULL } })).toBe("pulled");
});

it("goes by the emptier one of the two disks that an Ollama may have", async () => {
  const server = { kind: "external", origin: HERE } as const;
  expect(await pull(server, { there: { [OLLAMA]: FULL, [SYSTEM]: EMPTY } })).toBe("pulled");
  expect(await pull(server, { there: { [OLLAMA]: EMPTY, [SYSTEM]: FULL } })).toBe("pulled");
});

it.each(["http://10.0.0.5:11434", "https://ollama.example.org"])(
  "looks at no disk of another machine: %s",
  async (origin) => {
    const there = { "/mnt/models": FULL, [OLLAMA]: FULL };
    const ended = await pull({ kind: "external", origin }, { ollamaModels: "/mnt/models", there });
    expect([ended, folders]).toEqual(["pulled", []]);
  },
);
