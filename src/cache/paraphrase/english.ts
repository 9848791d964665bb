/** Small words that are English and hardly any other language's. */
const STOP_WORDS = new Set(
  `the of and to is are was were what which who how why when where with without for from by it its this that these those my
your his her their our do does did can could should would will have has had be been being not i you we
they he she there if than then about into please some any an on at as or but so me us a in up out need want tell give
write explain list show under over after before while during between each every other more most only per make get use
find take good best new way calculate
compare translate convert summarize recommend suggest describe define name solve plan draft create fix add remove rename
eat drink buy cook learn work help start stop keep know mean feel look change delete install open close speak read run
send save build choose clean answer ask call check count improve prevent reduce increase prepare replace reset return
people someone because after first last between without through two three four five six seven eight nine ten`.split(
    /\s+/,
  ),
);
/** Of these, the ones that other languages have, too: they do not count as English on their own. */
const SHARED = new Set("a an in on at as so me us do has die was will is of to or i".split(" "));
/** Small words of other languages that English does not have. */
const FOREIGN = new Set(
  `der das und ist nicht ein eine einen wie ich mit auf von dem den zu wir kann que el los las una como por para est
le les une dans pour avec qui je vous nous il della che di per con sono uma het een van voor niet och att som det er og
ikke jak nie na jest`.split(/\s+/),
);

/** The model reads 256 word pieces; beyond that, texts with different ends have equal vectors. */
const MAX_PIECES = 250;

/** Long or unusual words take several pieces; this counts rather too many than too few. */
function pieces(text: string): number {
  let count = 2;
  for (const [run] of text.matchAll(/[A-Za-z]+|\d+|[^\sA-Za-z\d]/g)) {
    count += /^[A-Za-z]/.test(run) ? Math.ceil(run.length / 7) : Math.ceil(run.length / 2);
  }
  return count;
}

const wordsOf = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .replaceAll(/['’]s\b/g, " is")
    .replaceAll(/['’](?:m|d|re|ve|ll|t)\b/g, " ")
    .match(/[a-z]+/g) ?? [];

/** Is the text English, and short enough for the model that compares texts? */
export function isShortEnglish(text: string): boolean {
  if (pieces(text) > MAX_PIECES) return false;
  const words = wordsOf(text);
  if (new Set(words.filter((word) => FOREIGN.has(word))).size > 1) return false;
  const stops = words.filter((word) => STOP_WORDS.has(word));
  const isOwn = stops.some((word) => !SHARED.has(word));
  return stops.length >= 2 && stops.length * 5 >= words.length && (isOwn || stops.length > 2);
}
