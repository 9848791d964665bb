/**
 * What one text may say and the other leave out: words that narrow nothing down. Never a noun of content,
 * a degree, a number, a time or a style.
 */
export const HARMLESS: ReadonlySet<string> = new Set(
  `exactly actually really basically simply_put properly correctly proper usually normally typically generally currently
certain various particular specific own actual located situated possible thing way also need good
following existing current please maybe perhaps commonly`.split(/\s+/),
);
