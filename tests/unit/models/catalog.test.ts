import { describe, expect, it } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import type { InstalledModel } from "../../../src/hosts/client.ts";
import { model, setUp } from "./catalog-set-up.ts";

describe("a missing model", () => {
  it("is known once the server has been asked, and told at once", async () => {
    const { catalog, listings } = setUp({ installed: [model("c:1b")] });
    expect(catalog.isKnownMissing("nope:latest")).toBe(false);
    await catalog.installed();
    expect(catalog.isKnownMissing("nope:latest")).toBe(true);
    expect(catalog.isKnownMissing("c:1b")).toBe(false);
    expect(listings()).toBe(1);
  });

  it("is looked for again when the listing is old, also while the server is away", async () => {
    const answers = [[model("c:1b")], undefined, [model("c:1b"), model("new:1b")]];
    const away = new ServiceError("upstream_unavailable", "away");
    const list = (): Promise<InstalledModel[]> => {
      const models = answers.shift();
      return models ? Promise.resolve(models) : Promise.reject(away);
    };
    const { catalog, pass, listings } = setUp({ list });
    await catalog.installed();
    pass(5000);
    expect(catalog.isKnownMissing("new:1b")).toBe(true);
    await expect(catalog.installed()).rejects.toBe(away);
    expect(catalog.isKnownMissing("new:1b")).toBe(true);
    await catalog.installed();
    expect(catalog.isKnownMissing("new:1b")).toBe(false);
    expect(listings()).toBe(3);
  });
});

describe("whether a model is listed", () => {
  it("waits for the first list only", async () => {
    const { catalog, listings, pass } = setUp({ installed: [model("c:latest")] });
    expect(await catalog.isListed("C")).toBe(true);
    expect([catalog.isListed("c"), catalog.isListed("d")]).toEqual([true, false]);
    expect(listings()).toBe(1);
    pass(5000);
    expect([catalog.isListed("c"), catalog.isListed("d")]).toEqual([true, false]);
    expect(listings()).toBe(2);
  });

  it("is told by what was installed meanwhile, one request later", async () => {
    const installed = [model("c:latest")];
    const { catalog, pass } = setUp({ list: () => Promise.resolve([...installed]) });
    await catalog.installed();
    installed.push(model("d:latest"));
    pass(5000);
    expect(catalog.isListed("d")).toBe(false);
    await catalog.installed();
    expect(catalog.isListed("d")).toBe(true);
  });

  it("is no while the server is away, which is not asked again and again", async () => {
    const away = new ServiceError("upstream_unavailable", "away");
    const { catalog, listings, pass } = setUp({ list: () => Promise.reject(away) });
    expect(await catalog.isListed("c")).toBe(false);
    expect(catalog.isListed("c")).toBe(false);
    expect(listings()).toBe(1);
    pass(5000);
    expect(await catalog.isListed("c")).toBe(false);
    expect(listings()).toBe(2);
  });
});

describe("the listing", () => {
  it("is shared by all who ask at once", async () => {
    const answer = deferred<InstalledModel[]>();
    const { catalog, defaults, listings } = setUp({ list: () => answer.promise });
    const asked = [catalog.installed(), catalog.isInstalled("c"), defaults.text()];
    answer.resolve([model("c:latest")]);
    expect(await Promise.all(asked)).toEqual([[model("c:latest")], true, "c:latest"]);
    expect(listings()).toBe(1);
  });

  it("is believed for five seconds", async () => {
    const { catalog, listings, pass } = setUp();
    await catalog.installed();
    pass(4999);
    await catalog.installed();
    expect(listings()).toBe(1);
    pass(1);
    await catalog.installed();
    expect(listings()).toBe(2);
  });

  it("is asked for again when what is installed has changed", async () => {
    const { catalog, listings } = setUp();
    await catalog.installed();
    catalog.invalidate();
    await catalog.installed();
    expect(listings()).toBe(2);
  });

  it("does not outlive a change that came while it was under way", async () => {
    const answers = [deferred<InstalledModel[]>(), deferred<InstalledModel[]>()];
    const pending = [...answers];
    const { catalog } = setUp({ list: () => pending.shift()?.promise ?? Promise.resolve([]) });
    const early = catalog.installed();
    catalog.invalidate();
    const later = catalog.isInstalled("new");
    answers[1]?.resolve([model("new:latest")]);
    expect(await later).toBe(true);
    answers[0]?.resolve([]);
    expect(await early).toEqual([]);
    expect(await catalog.isInstalled("new")).toBe(true);
  });

  it("is tried again after a failure", async () => {
    const refused = new ServiceError("upstream_unavailable", "refused");
    const answers = [Promise.reject(refused), Promise.resolve([model("c:1b")])];
    const { catalog } = setUp({ list: () => answers.shift() ?? Promise.resolve([]) });
    await expect(catalog.installed()).rejects.toMatchObject({ code: "upstream_unavailable" });
    expect(await catalog.isInstalled("c:1b")).toBe(true);
  });

  it("passes on an error that already says what is wrong", async () => {
    const late = new ServiceError("upstream_timeout", "late");
    const { catalog } = setUp({ list: () => Promise.reject(late) });
    await expect(catalog.installed()).rejects.toBe(late);
  });
});

it("assertAllowed names what is allowed", () => {
  const { catalog } = setUp({ allowed: ["llama3", "qwen*"] });
  catalog.assertAllowed("qwen3:8b");
  expect(() => catalog.assertAllowed("mistral")).toThrow(
    expect.objectContaining({
      code: "model_not_allowed",
      param: "model",
      fields: { allowed_models: ["llama3", "qwen*"] },
    }),
  );
});

describe("a model that runs elsewhere", () => {
  const here = { name: "here:latest", size: 1, modified_at: null, digest: "h" };
  const copied = { ...here, name: "mine:latest", remote_host: "https://ollama.com:443" };

  it("is told by its name without a list, else by the list", async () => {
    const { catalog, listings } = setUp({ installed: [here, copied] });
    expect(catalog.isRemote("gpt-oss:120b-cloud")).toBe(true);
    expect(catalog.isRemote("")).toBe(false);
    expect(listings()).toBe(0);
    expect(await catalog.isRemote("mine")).toBe(true);
    expect(catalog.isRemote("mine")).toBe(true);
    expect(catalog.isRemote("here")).toBe(false);
    expect(listings()).toBe(1);
  });

  it("is looked for at once while the list is fresh, and anew where it is not", async () => {
    const installed = [here];
    const { catalog, pass, listings } = setUp({ installed });
    await catalog.installed();
    expect(catalog.isRemote("mine")).toBe(false);
    installed.push(copied);
    pass(5000);
    expect(await catalog.isRemote("mine")).toBe(true);
    expect(listings()).toBe(2);
  });

  it("is looked for again after a minute in which nobody has asked", async () => {
    const installed = [here];
    const { catalog, pass, listings } = setUp({ installed });
    await catalog.installed();
    installed[0] = { ...copied, name: "here:latest" };
    pass(29_999);
    expect(catalog.isRemote("here")).toBe(false);
    expect(listings()).toBe(1);
    pass(30_001);
    expect(await catalog.isRemote("here")).toBe(true);
    expect(listings()).toBe(2);
  });

  it("is looked for beside requests that come all the time", async () => {
    const { catalog, pass, listings } = setUp({ installed: [here] });
    await catalog.installed();
    for (const listed of [2, 3]) {
      pass(30_000);
      expect(catalog.isRemote("here")).toBe(false);
      expect(listings()).toBe(listed);
      await catalog.installed();
    }
  });

  it("is not waited for again and again at a server without a list", async () => {
    const { catalog, pass, listings } = setUp({ list: () => Promise.reject(new Error("404")) });
    expect(await catalog.isRemote("mine")).toBe(false);
    pass(30_000);
    expect(catalog.isRemote("mine")).toBe(false);
    pass(30_000);
    expect(await catalog.isRemote("mine")).toBe(false);
    expect(listings()).toBe(2);
  });

  it.each([
    [false, ["*"], "x:cloud", false],
    [false, ["x:cloud"], "x:cloud", false],
    [true, ["*"], "x:cloud", true],
    [true, ["x"], "x:cloud", false],
    [true, ["x:*"], "x:8b-cloud", false],
    [true, ["x*"], "x:8b-cloud", false],
    [true, ["x:8b-cloud"], "x:8b-cloud", true],
    [true, ["x:*-cloud"], "x:8b-cloud", true],
    [true, ["*cloud"], "x:8b-CLOUD", true],
    [true, ["*cloud"], "x:8b", false],
    [true, ["mine"], "mine", false],
    [true, ["mine:latest"], "mine", true],
    [true, ["mine:latest"], "mine:other", false],
  ])("with ALLOW_CLOUD_MODELS=%s and ALLOWED_MODELS=%j %s is allowed: %s", async (...row) => {
    const [cloud, allowed, model, isAllowed] = row;
    const { catalog } = setUp({ installed: [copied], allowed, cloud });
    await catalog.installed();
    const assertion = expect(() => catalog.assertAllowed(model));
    if (isAllowed) assertion.not.toThrow();
    else assertion.toThrow(expect.objectContaining({ code: "model_not_allowed" }));
  });

  it("is no default model unless it is allowed", async () => {
    const installed = [here, { ...copied, name: "big:latest" }];
    expect(await setUp({ installed }).defaults.text()).toBe("here:latest");
    expect(await setUp({ installed, cloud: true }).defaults.text()).toBe("big");
  });
});
