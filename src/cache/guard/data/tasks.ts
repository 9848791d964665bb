const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/** Texts and programs that are written: "give me", "I need" and "create" before them ask to write one. */
export const ARTEFACTS =
  words(`script function query regex poem haiku limerick sonnet essay letter email caption formula
program story speech toast article paragraph post tweet slogan tagline headline bio cv resume macro class method
liner announcement description reply response message note review press blog song lyric joke riddle agenda memo
proposal outline expression test statement command`);

/** Adverbs whose place in the sentence says nothing. Whether they are there still counts. */
const FREE_ADVERBS = words(
  "currently usually accidentally nowadays typically quickly safely correctly properly easily already tomorrow today yesterday",
);

/** Sentences made of these words only are small talk: they say who asks, how and why, but not what. */
export const SMALL_TALK =
  words(`i me my am is are was be been being it this that so a an the and or but of on at in for to
with about here there just really totally literally kind bit little very pretty quite super all day days hour hours ages
now already still yet another thing things stuff one question questions quick silly dumb stupid random curious
wondering wonder thinking trying tried googling googled searching searched staring stuck struggling confused puzzled lost
annoying frustrating weird help needed need please thanks thank you lol haha ugh hmm wow hi hello hey sorry know
can could would get have had idea clue out figure understand today tonight morning afternoon evening
while since like as well too your much appreciated hope friend asked asking chatting driving crazy nuts mad me hurry
lazy hopefully maybe guess figured thought ask man dude mate bro guys gosh god yeah yep ok okay well right anyway anyways um uh er
oh ah probably honestly basically actually seriously suppose dunno sort here again mind brain`);

/** Words in -ly that are no adverbs, or whose place counts. */
const NO_ADVERBS =
  words(`only early daily weekly monthly yearly hourly nightly reply apply supply fly rely italy july multiply
assembly likely unlikely friendly ugly lonely elderly lovely holy belly jelly bully ally family anomaly barely hardly
scarcely costly deadly comply imply silly ally simply butterfly hourly timely orderly curly wobbly`);

/** Adverbs whose place in the sentence says nothing; whether they are there still counts. */
export const isFreeAdverb = (text: string): boolean =>
  FREE_ADVERBS.has(text) || (text.length > 4 && text.endsWith("ly") && !NO_ADVERBS.has(text));

/** At least one of these makes a sentence small talk: "I have a day" alone says how long a visit lasts. */
export const CHATTER =
  words(`googling googled searching searched staring stuck struggling confused puzzled annoying
frustrating weird silly dumb stupid curious wondering wonder thinking lol haha ugh hmm wow hi hello hey sorry thanks thank
question questions help clue crazy nuts guess figured ok okay yeah yep um uh er oh ah gosh dude bro anyway anyways`);
