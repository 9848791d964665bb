const QUESTION_WORDS = ["what", "how", "why", "when", "where", "who", "which"];

/** Courtesy and padding inside a clause; left alone in a text that is about words. */
export const PADDING = `
${QUESTION_WORDS.map((text) => `${text} even &is/are/do/does/did/was/were/can/could/would/should => ${text}`).join("\n")}
${QUESTION_WORDS.map((text) => `${text} ... even &work/works/last/mean/means/do/exist/happen/matter/start/begin/possible/make/supposed/need/use/get/called => ${text} ...`).join("\n")}
${QUESTION_WORDS.map((text) => `${text} the/in hell/heck/world => ${text}`).join("\n")}
like &eat/be/have/get/do/go/take/put/give/actually/really/super/totally/literally =>
${QUESTION_WORDS.map((text) => `${text} exactly/precisely/actually/really/then => ${text}`).join("\n")}
${QUESTION_WORDS.map((text) => `${text} on earth => ${text}`).join("\n")}
thanks/cheers so? much? in? advance? $ =>
thank you so/very? much? in? advance? $ =>
then $ =>
please/kindly =>
actually/really/basically/literally/honestly/um/uh/er/hmm/lol/haha =>
`;
