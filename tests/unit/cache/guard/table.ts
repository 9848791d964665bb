import { describe, expect, it } from "vitest";

import { align } from "../../../../src/cache/guard/align.ts";
import { parse } from "../../../../src/cache/guard/parse.ts";
import type { Rule } from "../../../../src/cache/guard/rules/rule.ts";
import { judgeTexts } from "./judge-texts.ts";

type Pairs = ReadonlyArray<readonly [asked: string, cached: string]>;

/** A rule and its table: what must pass it, and the whole guard, and what this rule itself must refuse. */
export function describeRule(rule: Rule, { passes, refuses }: { passes: Pairs; refuses: Pairs }) {
  const allows = (asked: string, cached: string): boolean => {
    const [a, b] = [parse(asked), parse(cached)];
    return rule.allows({ a, b, alignment: align(a, b) });
  };
  const verdict = (asked: string, cached: string) =>
    judgeTexts(asked, cached, 0.96, { threshold: 0.8 });

  describe(rule.name, () => {
    it.each(passes)("lets pass: %s – %s", (asked, cached) => {
      expect(allows(asked, cached)).toBe(true);
      expect(verdict(asked, cached)).toEqual({ ok: true });
      expect(verdict(cached, asked)).toEqual({ ok: true });
    });

    it.each(refuses)("refuses: %s – %s", (asked, cached) => {
      expect(allows(asked, cached)).toBe(false);
      expect(allows(cached, asked)).toBe(false);
      expect(verdict(asked, cached).ok).toBe(false);
    });
  });
}
