/** Words by what a question asks for. The rules that use them name the reason of a refusal. */
const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

export const DIRECTION =
  words(`ascending descending left right up down upward downward forward backward clockwise
counterclockwise north south east west northern southern eastern western import export incoming outgoing inbound
outbound upload download encode decode encrypt decrypt enable disable horizontal vertical increase decrease raise lower
gain lose add remove subtract multiply divide open close lock unlock mount unmount install uninstall push pull
inside outside reverse backwards import export send receive buy sell borrow lend`);

export const NEGATION =
  words(`not no never none nothing nobody nowhere neither nor without non hardly barely scarcely
cannot lack lacking except unable fail`);

export const QUANTIFIERS =
  words(`all any some most many few several both either each every half only least more less
fewer much enough another other whole single just even almost exactly
maximum minimum max min average total`);

export const COMPARISON =
  words(`more most less least better best worse worst bigger biggest larger largest smaller
smallest faster fastest slower slowest cheaper cheapest older oldest newer newest younger youngest higher highest lower
lowest longer longest shorter shortest heavier heaviest lighter lightest easier easiest harder hardest earlier earliest
later latest first last fewer fewest greater greatest taller tallest quicker quickest than same different equal
too very`);

export const MONTHS_AND_DAYS =
  words(`january february march april may june july august september october november
december monday tuesday wednesday thursday friday saturday sunday jan feb mar apr jun jul aug sep sept oct nov dec mon
tue wed thu fri sat sun today tomorrow yesterday tonight morning afternoon evening night noon midnight weekend weekday
spring summer autumn fall winter century decade daily weekly monthly yearly hourly nightly currently nowadays now ago
pm utc gmt bc ad`);

export const UNITS =
  words(`kilometer meter centimeter millimeter mile yard foot inch kilogram gram milligram microgram
pound ounce ton stone liter milliliter gallon pint cup tablespoon teaspoon hour minute second millisecond day
week month year decade century kilobyte megabyte gigabyte terabyte byte bit megabit gigabit celsius fahrenheit kelvin
degree dollar euro pound yen rupee franc usd eur gbp cad aud jpy cny chf inr percent kilocalorie calorie joule watt
kilowatt volt ampere hertz mph acre hectare dozen cent
km m cm mm mi ft yd kg g mg mcg lb lbs oz l ml h hr hrs min mins sec secs s ms kb mb gb tb mbit gbit kcal % ° °c °f $ € £ ¥`);

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
humorous serious polite angry tone style beginner expert child adult kid layman summary
title subject body synonym definition`);

/** Numbers in words. */
export const NUMERALS: readonly string[] =
  `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion first second
third fourth fifth sixth seventh eighth ninth tenth`.split(/\s+/);
