/** Words by what they do to a question. Each rule names the class it watches. */
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/** Said without changing what is asked: articles, forms of "be", the speaker. */
export const ARTICLES = words("a an the");
export const BE = words("is are am be been being was were");
export const SPEAKER = words("i we me us my our");
/** Pronouns that point at something said elsewhere in the same text. */
export const POINTERS = words("it this that these those they them");

/** Open a clause and are said or left out at will. */
export const CONNECTORS = words("and but though although however & plus_and");
/** Bind to what follows: "if it rains" is not "unless it rains". */
export const SUBORDINATORS = words(
  "if unless when while until because because_of since after before once as than instead_of so whether whereas such_as like",
);
export const RELATIVES = words("that which who whom");

export const PREPOSITIONS =
  words(`of in on at for to from with without by about into onto out off up down over under
above below between among against through during within toward near behind beside inside outside around across along
past per via having except despite beyond upon versus back away throughout`);

/** Prepositions that say which way, before or after, with or without: never interchangeable. */
export const DIRECTION_PREPOSITIONS =
  words(`to from into onto out off up down over under above below between against
through toward behind inside outside without before after until since by with about than near back away versus
during within except despite beyond across along past via`);

export const DIRECTION =
  words(`ascending descending left right up down upward downward forward backward clockwise
counterclockwise north south east west northern southern eastern western import export incoming outgoing inbound
outbound upload download encode decode encrypt decrypt enable disable horizontal vertical increase decrease raise lower
gain lose add remove subtract multiply divide open close lock unlock mount unmount install uninstall push pull
inside outside reverse backwards import export send receive buy sell borrow lend`);

export const NEGATION =
  words(`not no never none nothing nobody nowhere neither nor without non hardly barely scarcely
un cannot lack lacking except unable fail`);

export const QUANTIFIERS =
  words(`all any some most many few several both either each every half only least more less
fewer much enough at_least at_most another other whole single just even almost exactly about over under
a_couple maximum minimum max min average total`);

export const COMPARISON =
  words(`more most less least better best worse worst bigger biggest larger largest smaller
smallest faster fastest slower slowest cheaper cheapest older oldest newer newest younger youngest higher highest lower
lowest longer longest shorter shortest heavier heaviest lighter lightest easier easiest harder hardest earlier earliest
later latest first last fewer fewest greater greatest taller tallest quicker quickest than same different equal
too very`);

export const MODALITY = words(
  "<can> <may> <might> <must> <need> <should> <will> <would> <allowed> <true> ever always",
);

export const QUESTION = words(
  "<what> <define> <list> <explain> <how> <why> <when> <where> <who> <how_many> <how_much> <how_often> <how_long> <how_far> whose kind",
);

export const MONTHS_AND_DAYS =
  words(`january february march april may june july august september october november
december monday tuesday wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec mon
tue wed thu fri sat sun today tomorrow yesterday tonight morning afternoon evening night noon midnight weekend weekday
spring summer autumn fall winter century decade daily weekly monthly yearly hourly nightly currently nowadays now ago
am_time pm_time utc gmt bc ad`);

export const UNITS =
  words(`kilometer meter centimeter millimeter mile yard foot inch kilogram gram milligram microgram
pound ounce ton metric_ton stone liter milliliter gallon pint cup tablespoon teaspoon hour minute second millisecond day
week month year decade century kilobyte megabyte gigabyte terabyte byte bit megabit gigabit celsius fahrenheit kelvin
degree dollar euro pound yen rupee franc usd eur gbp cad aud jpy cny chf inr percent kilocalorie calorie joule watt
kilowatt volt ampere hertz mph acre hectare dozen cent`);

export const LANGUAGES =
  words(`english german french spanish italian portuguese dutch swedish norwegian danish finnish
polish czech russian ukrainian turkish greek arabic hebrew hindi bengali urdu chinese mandarin cantonese japanese korean
vietnamese thai latin python java javascript typescript ruby rust go golang c cpp perl php swift kotlin scala haskell
bash powershell sql r julia lua elixir erlang clojure matlab fortran cobol awk sed`);

export const FORMAT =
  words(`json xml csv yaml html markdown table list bullet bullets numbered prose poem haiku limerick
sonnet rhyme email letter essay story report post tweet caption headline script song rap speech toast outline diagram
chart graph code pseudocode latex pdf diff regex paragraph sentence word line page letter character short shorter brief
briefly long longer detailed detail concise concisely simple simply formal informal casual friendly professional funny
humorous serious polite angry tone style beginner expert child adult kid layman bullet_point step_by_step summary
title subject body synonym definition`);

/** Short forms of units; after a number only. Bits and bytes differ by the case of one letter. */
export const UNIT_FORMS: Readonly<Record<string, string>> = {
  km: "kilometer",
  m: "meter",
  cm: "centimeter",
  mm: "millimeter",
  mi: "mile",
  ft: "foot",
  yd: "yard",
  kg: "kilogram",
  kgs: "kilogram",
  kilo: "kilogram",
  kilos: "kilogram",
  g: "gram",
  mg: "milligram",
  mcg: "microgram",
  lb: "pound",
  lbs: "pound",
  oz: "ounce",
  l: "liter",
  L: "liter",
  ml: "milliliter",
  mL: "milliliter",
  h: "hour",
  hr: "hour",
  hrs: "hour",
  min: "minute",
  mins: "minute",
  sec: "second",
  secs: "second",
  s: "second",
  ms: "millisecond",
  kB: "kilobyte",
  KB: "kilobyte",
  MB: "megabyte",
  GB: "gigabyte",
  TB: "terabyte",
  Mb: "megabit",
  Gb: "gigabit",
  kcal: "kilocalorie",
  "°C": "celsius",
  "°F": "fahrenheit",
  C: "celsius",
  F: "fahrenheit",
  $: "dollar",
  "€": "euro",
  "£": "pound_sterling",
  "¥": "yen",
};

/** Small words that are no names even with a capital letter. */
export const FUNCTION_WORDS: ReadonlySet<string> = new Set([
  ...ARTICLES,
  ...BE,
  ...SPEAKER,
  ...POINTERS,
  ...CONNECTORS,
  ...SUBORDINATORS,
  ...RELATIVES,
  ...PREPOSITIONS,
  ...words(`do does did have has had can could may might must should will would shall not no yes never always only all any
some most many much few more less or you your he she him his her its their what how why where when please thanks very too
also just really every each both either neither`),
]);

/** Platforms and languages, where "in", "on", "with" and "using" say the same. */
export const MEDIUM: ReadonlySet<string> = new Set(
  `linux ubuntu debian fedora windows macos mac android ios iphone ipad python java javascript typescript go rust ruby php
c perl swift kotlin r sql bash powershell excel word pandas numpy react angular vue django flask css html git docker
kubernetes postgresql mysql sqlite mongodb redis terminal photoshop gimp matlab flexbox vim emacs node terraform ansible
jquery firefox chrome safari gmail outlook slack notion figma`.split(/\s+/),
);

/** Words that name something else with a capital letter; single letters do, too ("R", "vitamin A"). */
export const DOUBLE_MEANING: ReadonlySet<string> = new Set([
  ...words(`polish turkey china apple target shell march may will bill mark rose job nice reading bath mercury jack frank
grant hope faith grace chase gap delta august swift rust go jaguar beetle mustang lotus puma galaxy dodge democratic
republican catholic orthodox conservative liberal alien windows`),
  ..."bcdefghjklmnopqrstuvwxyz".split(""),
]);
