/**
 * What one text may say and the other leave out: words that narrow nothing down. Never a noun of content,
 * a degree, a number, a time or a style.
 */
export const HARMLESS: ReadonlySet<string> = new Set(
  `exactly actually really basically simply_put properly correctly usually normally typically generally currently
certain various particular actual located situated possible thing also need
following existing current please maybe perhaps commonly`.split(/\s+/),
);
