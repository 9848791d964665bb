import { SUBORDINATORS } from "../data/classes.ts";
import { leftOver, type Rule } from "./rule.ts";

const CONDITIONAL = new Set(["whether", "when", "if"]);

const conditions = (prep: string): string =>
  prep
    .replace(/^if_i$/, "")
    .split("_")
    .filter((part) => SUBORDINATORS.has(part))
    .map((part) => (CONDITIONAL.has(part) ? "if" : part))
    .join(" ");

/** "If", "unless", "until", "because": each must stand before the same words. */
export const condition: Rule = {
  name: "condition",
  allows: (texts) =>
    leftOver(texts).every((unit) => !/^(?:unless|until|because|although|than)$/.test(unit.prep)) &&
    texts.alignment.pairs.every(
      ({ a, b }) =>
        conditions(a.prep) === conditions(b.prep) ||
        (a.prep === "if_i" && conditions(b.prep) === "if") ||
        (b.prep === "if_i" && conditions(a.prep) === "if"),
    ),
};
