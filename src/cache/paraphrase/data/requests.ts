/** Verbs that ask the model for an answer or a text: "please …" before them is courtesy. */
export const REQUEST: ReadonlySet<string> = new Set(
  `explain tell show write give list name describe suggest recommend summarize summarise translate rewrite rephrase shorten
find create make draft compose calculate convert compare generate provide help walk correct proofread check solve plan
outline identify define fix design let`.split(/\s+/),
);
