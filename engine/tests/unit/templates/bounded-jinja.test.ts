import { describe, expect, it } from "vitest";
import { BoundedJinja, RenderTime, TemplateError } from "../../../templates/bounded-jinja.ts";
import { jinjaGlobals } from "../../../templates/jinja-globals.ts";

const render = (text: string, variables = {}) => new BoundedJinja(text).render(variables);

describe("a template of a stranger", () => {
  it.each([
    ["{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}", "no end"],
    [
      "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x | tojson }}",
      "no end",
    ],
    [`{{ ${"(".repeat(50_000)}1${")".repeat(50_000)} }}`, "stack"],
    ["{% for a in range(1000000000) %}{% endfor %}", "range"],
    [
      "{% set n = namespace(s='aaaaaaaa') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
      "memory",
    ],
    ["{% for %}", "Unexpected token"],
    ["{{ raise_exception('roles must alternate') }}", "roles must alternate"],
    ["x".repeat(2 ** 17 + 1), "too long"],
    [" ".repeat(100_000), "too many blanks"],
    ["\n ".repeat(60_000), "too many blanks"],
    [`${"\t".repeat(511)}x`.repeat(250).concat("{% if %}"), "Unexpected token"],
  ])("is stopped or refused: %.40s", (text, why) => {
    expect(() => render(text)).toThrow(TemplateError);
    expect(() => render(text)).toThrow(why);
  });

  it("has one time for all renderings of a request", () => {
    const slow = new BoundedJinja(
      "{% for a in range(n) %}{% for b in range(n) %}x{% endfor %}{% endfor %}",
    );
    const time = new RenderTime();
    expect(() => slow.render({ n: 9_999 }, time)).toThrow("no end");
    expect(() => slow.render({ n: 400 }, time)).toThrow("no end");
    expect(slow.render({ n: 2 })).toBe("xxxx");
  });

  it("reaches nothing but what it is given", () => {
    expect(render("{{ constructor is defined }} {{ process is defined }}")).toBe("false false");
    expect(() => render("{{ x.constructor.constructor('return 1')() }}", { x: {} })).toThrow(
      TemplateError,
    );
  });
});

it("renders what templates of known models use", () => {
  const text =
    "{%- for m in messages %}{{ loop.index0 }}{{ m['role'] | upper }}{{ m.content | trim }}{% endfor -%}" +
    "{{ tools | tojson }}{{ strftime_now('%Y') | length }}";
  const messages = [{ role: "user", content: " hi " }];
  expect(render(text, { messages, tools: [{ a: "<b>" }] })).toBe('0USERhi[{"a": "<b>"}]4');
});

it("tells the time as Python does", () => {
  const { strftime_now } = jinjaGlobals(() => new Date(2026, 2, 5, 7, 8, 9)) as {
    strftime_now: (format: string) => string;
  };
  expect(strftime_now("%a %A %d %b %B %Y %y-%m %H:%M:%S %% %Q")).toBe(
    "Thu Thursday 05 Mar March 2026 26-03 07:08:09 % %Q",
  );
});
