import type { Lists } from "../../phrases.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/** Lists that the phrases below look ahead for (`&REQUEST`) or rule out (`!YOUR_MIND`). */
export const LISTS: Lists = {
  /** Verbs that ask the model for an answer or a text: "can you …" before them is courtesy. */
  REQUEST:
    words(`explain tell show write give list name describe suggest recommend summarize translate rewrite
rephrase reword paraphrase shorten find create make draft compose calculate convert compare generate provide help walk
correct proofread check solve plan design outline turn extract classify sort reply identify define fix debug
work compute produce prepare propose sketch clarify teach guide evaluate analyze review simplify edit
improve rank estimate determine recommend explain brainstorm come put format implement refactor convert let set add share`),
  /** Question words: "tell me" before them is only a frame. */
  WH: words("what which who whom whose when where why how <how> <what> <why>"),
  /** After "how do you …" these ask about the model or the person, not about a method. */
  YOUR_MIND: words(
    "feel think work know learn like decide process handle see view compare differ rate",
  ),
  DETERMINER: words("a an some the my our number one two three four five six seven eight nine ten"),
  NUM: words(`number one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred`),
  YOUR_ABILITY:
    words(`do help see hear speak read remember access browse know think feel understand talk chat answer
learn use want like tell say sing draw work recommend suggest be have love hate lie forget dream`),
  AGENT: words("i we you one"),
  AUX: words(
    "is are was were do does did can could should would will may might must <can> <should> <will> <must>",
  ),
  TEXT_WORK: words(
    "rewrite shorten rephrase reword translate summarize simplify improve paraphrase correct fix",
  ),
  ADVICE: words("tips advice ideas suggestions recommendations pointers good way ways"),
  SUPER:
    words(`tallest largest biggest smallest highest lowest longest shortest fastest slowest oldest youngest newest best
worst cheapest easiest hardest most least <past> possible main`),
  PREP: words("in at on for to from with of by under since until during about"),
};
