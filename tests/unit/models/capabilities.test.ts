import { expect, it } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { ModelCapabilities } from "../../../src/models/capabilities.ts";
import { deferred } from "../../../src/runtime/deferred.ts";

type Shown = Record<string, unknown>;

function setUp(show: (model: string) => Promise<Shown>) {
  const asked: string[] = [];
  const capabilities = new ModelCapabilities({
    show: (model) => {
      asked.push(model);
      return show(model);
    },
  });
  return { capabilities, asked };
}

const answering = (shown: Shown) => setUp(() => Promise.resolve(shown));
const model = (name: string, digest = name) => ({ name, digest });

it("says what the server lists, and that the rest is not there", async () => {
  const { capabilities } = answering({ capabilities: ["completion", "vision", "new-thing"] });
  expect(await capabilities.can(model("a"), "vision")).toBe(true);
  expect(await capabilities.can(model("a"), "completion")).toBe(true);
  expect(await capabilities.can(model("a"), "embedding")).toBe(false);
});

it.each<[string, Shown, boolean | undefined]>([
  ["a server that lists nothing", { details: {} }, undefined],
  ["a list that is none", { capabilities: "vision" }, undefined],
  ["an empty list", { capabilities: [] }, false],
  [
    "a projector beside a list without vision",
    { capabilities: ["completion"], projector_info: { "clip.has_vision_encoder": true } },
    true,
  ],
])("takes from %s whether a model can see: %s", async (_case, shown, expected) => {
  expect(await answering(shown).capabilities.can(model("a"), "vision")).toBe(expected);
});

it("asks nothing of a model of which the list of models tells", async () => {
  const { capabilities, asked } = answering({ capabilities: [] });
  const listed = { ...model("a"), capabilities: ["completion", "vision"] };
  expect(await capabilities.can(listed, "vision")).toBe(true);
  expect(await capabilities.can(listed, "tools")).toBe(false);
  expect(asked).toEqual([]);
  expect(await capabilities.can({ ...listed, capabilities: undefined }, "vision")).toBe(false);
  expect(asked).toEqual(["a"]);
});

it("asks once for a digest, whatever names it has and whatever is asked", async () => {
  const { capabilities, asked } = answering({ capabilities: ["completion"] });
  await capabilities.can(model("a", "1"), "vision");
  await capabilities.can(model("copy-of-a", "1"), "tools");
  await capabilities.can(model("a", "2"), "vision");
  expect(asked).toEqual(["a", "a"]);
});

it("remembers also that the server does not say", async () => {
  const { capabilities, asked } = answering({});
  await capabilities.can(model("a"), "vision");
  expect(await capabilities.can(model("a"), "vision")).toBeUndefined();
  expect(asked).toHaveLength(1);
});

it("asks each time for a model without a digest", async () => {
  const { capabilities, asked } = answering({ capabilities: ["vision"] });
  expect(await capabilities.can(model("a", ""), "vision")).toBe(true);
  await capabilities.can(model("a", ""), "vision");
  expect(asked).toHaveLength(2);
});

it("shares one call between all who ask at once", async () => {
  const answer = deferred<Shown>();
  const { capabilities, asked } = setUp(() => answer.promise);
  const waiting = [1, 2, 3].map(() => capabilities.can(model("a"), "vision"));
  answer.resolve({ capabilities: ["vision"] });
  expect(await Promise.all(waiting)).toEqual([true, true, true]);
  expect(asked).toHaveLength(1);
});

it("knows nothing after a failed call, and asks again", async () => {
  const answers = [
    Promise.reject<Shown>(new ServiceError("upstream_timeout", "late")),
    Promise.reject<Shown>(new ServiceError("model_not_found", "gone")),
    Promise.resolve<Shown>({ capabilities: ["vision"] }),
  ];
  for (const answer of answers) answer.catch(() => {});
  const { capabilities, asked } = setUp(() => answers.shift() ?? Promise.resolve({}));
  const said: (boolean | undefined)[] = [];
  for (let i = 0; i < 4; i++) said.push(await capabilities.can(model("a"), "vision"));
  expect(said).toEqual([undefined, undefined, true, true]);
  expect(asked).toHaveLength(3);
});

it("passes on that the server is away, to all who ask, and asks again later", async () => {
  const away = new ServiceError("upstream_unavailable", "away");
  const answer = deferred<Shown>();
  let calls = 0;
  const { capabilities } = setUp(() => {
    calls += 1;
    return calls === 1 ? answer.promise : Promise.resolve({ capabilities: ["vision"] });
  });
  const waiting = [1, 2].map(() =>
    expect(capabilities.can(model("a"), "vision")).rejects.toBe(away),
  );
  answer.reject(away);
  await Promise.all(waiting);
  expect(await capabilities.can(model("a"), "vision")).toBe(true);
});

it("does not remember an answer of the server before", async () => {
  const [before, after] = [deferred<Shown>(), deferred<Shown>()];
  const pending = [before, after];
  const { capabilities, asked } = setUp(() => pending.shift()?.promise ?? Promise.resolve({}));
  const early = capabilities.can(model("a"), "vision");
  capabilities.forget();
  const later = capabilities.can(model("a"), "vision");
  before.reject(new ServiceError("upstream_timeout", "gone"));
  after.resolve({ capabilities: ["vision"] });
  expect(await Promise.all([early, later])).toEqual([undefined, true]);
  expect(await capabilities.can(model("a"), "vision")).toBe(true);
  expect(asked).toHaveLength(2);
});

it("keeps a bounded number of answers", async () => {
  const { capabilities, asked } = answering({ capabilities: ["vision"] });
  for (let i = 0; i < 1000; i++) await capabilities.can(model(`m${i}`), "vision");
  await capabilities.can(model("m999"), "vision");
  await capabilities.can(model("m0"), "vision");
  expect(asked).toHaveLength(1001);
});
