import { ACRONYMS } from "./acronyms.ts";
import type { Lists } from "../phrases.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter(Boolean));

/** Lists that the phrases below look ahead for (`&REQUEST`) or rule out (`!YOUR_MIND`). */
export const LISTS: Lists = {
  /** Verbs that ask the model for an answer or a text: "can you …" before them is courtesy. */
  REQUEST:
    words(`explain tell show write give list name describe suggest recommend summarize translate rewrite
rephrase reword paraphrase shorten find create make draft compose calculate convert compare generate provide help walk
correct proofread check solve plan design outline turn extract classify sort reply identify define fix debug
work compute produce prepare propose sketch clarify teach guide evaluate analyze review simplify edit
improve rank estimate determine recommend explain brainstorm come put format implement refactor convert let set add`),
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

/**
 * Courtesy and small talk: what is removed from the edges of a clause, in every text, also in one that is
 * about words. Each says nothing about what is asked.
 */
export const COURTESY = `
^ hello/hi/hey/hiya there/again/everyone/all/chatgpt/assistant/bot/folks? $ =>
^ dear assistant/chatgpt/ai $ =>
^ good morning/afternoon/evening/day $ =>
^ greetings $ =>
^ hello/hi/hey there/again? &i/can/could/would/how/what/why/when/where/is/do/does/please/should/quick/just/who/which =>
^ hello/hi/hey chatgpt/assistant/there =>
^ thanks/cheers so/very/ever? much? a? lot/bunch/million/ton? in? advance? $ =>
^ many/much thanks in? advance? $ =>
^ thank you so/very? much/kindly? a? lot? in? advance? $ =>
^ thanks/thank you? a? lot? for your help/time/assistance $ =>
^ please/kindly =>
^ much appreciated $ =>
^ i would really/greatly/very? much? appreciate it/that/this $ =>
^ i would really/greatly/very? appreciate your? help/any help $ =>
^ any help is/would be? appreciated $ =>
^ i would be very/so/really? grateful $ =>
^ i appreciate it $ =>
^ i? am? sorry to bother/disturb/trouble you $ =>
^ sorry for/about the? bother/trouble/disturbance/another? question? $ =>
^ excuse/pardon me $ =>
^ i? hope you are doing? well/fine/good $ =>
^ hope you are having a nice/good/great day $ =>
^ i? hope this/that is not too/very? big/much/long a request/question/bother $ =>
^ i? hope this/that is not too/very? big/much =>
^ if you have a/the/some? moment/minute/second/time/chance $ =>
^ when you have a/the/some? moment/minute/second/time/chance $ =>
^ if it is not/no too? much? trouble/bother/hassle $ =>
^ if you do not mind $ =>
^ if you would be so kind $ =>
^ if possible $ =>
^ if you can/could/please $ =>
^ a/one/just? quick/random/simple/silly/dumb/stupid/small/another/serious question for/about? you/this? $ =>
^ quick/random question but? =>
^ quick one for? you? $ =>
^ i have a/one/another quick/simple/small/silly? question for? you? $ =>
^ just? curious/wondering $ =>
^^ but =>
^ just? out of curiosity $ =>
^ i? was/am? just? curious/wondering $ =>
^ so/ok/okay/well/hmm/hm/um/uh/er/ah/oh/lol/haha/yay/ugh/anyway/anyways/basically/honestly/right/yeah/yes/yep/alright $ =>
^ ok/okay/hmm/hm/um/uh/er/ah/oh/lol/haha/ugh/anyway/anyways/basically/honestly/alright =>
^ so/well &i/can/could/would/how/what/why/when/where/is/are/do/does/did/please/should/if/my/who/which/basically/actually/the/in/explain/write/give/tell/list =>
^ all right so? $ =>
^ all right now? &i/can/could/would/how/what/why/when/where/is/do/does/please/should/let/so/who/which =>
^ let us do this/it/that $ =>
^ next topic/question/one/up $ =>
^ here is the/my thing/deal/question $ =>
^ my/the question is $ =>
^ the? thing is $ =>
^ got a quick/random? question for? you? $ =>
^ question $ =>
^ i was/am? just? wondering &WH =>
^ for your information $ =>
^ asking for a friend $ =>
^^ sorry if this/it/that is a? obvious/basic/dumb/stupid/silly/simple/off topic? question? $ =>
^^ not sure if you can help me? $ =>
^ i? was just? thinking $ =>
^ my question is this $ =>
^ here goes $ =>
^ you know what i have? always wondered about? $ =>
^ i have? always wondered &WH =>
^ i mean $ =>
^ just &REQUEST =>
^ you know $ =>
^ like $ =>
^ help $ =>
^ no rush/hurry $ =>
^ no worries if not $ =>
^ take your time $ =>
^ you are the best $ =>
^ cheers $ =>
^ me/it is me again $ =>
`;

/** Frames around a request, at the start of a clause: "could you tell me", "I'd like to know". */
export const FRAMES = `
^ how would/could/can you &TEXT_WORK =>
^ can/could/would/will you please/kindly/possibly/maybe/perhaps? just/quickly? please? &REQUEST =>
^ please can/could/would/will you just? &REQUEST =>
^ can/could/may i please? just? ask you? to? &REQUEST =>
^ can/could/may i/we please? get/have/see &a/an/some/the/number/your =>  give
^ can/could/may i ask you? for => give
^ can/could/may i ask you? &WH =>
^ may/can/could i know &WH =>
^ would you mind please? =>
^ would you be so/kind? kind/good? enough? as? to =>
^ would/could you be able/willing to =>
^ would it be possible for you to =>
^ would it be possible to get/have => give
^ is it possible for you to &REQUEST =>
^ is it possible to explain/tell/describe/show => explain
^ give/write/provide/create/make a/the/an summary of => summarize
^ are you able to &REQUEST =>
^ do you think you could &REQUEST =>
^ i? was/am? just? wondering/hoping if/whether/that? you could/can/would/might =>
^ i? was/am? hoping that? you could/can/would/might =>
^ i was wondering if/whether &i/my/the/it/there/a =>
^ i wonder &WH =>
^ i wonder if/whether you could/can/would =>
^ i would really/greatly? appreciate it if you could/would/can =>
^ i would be very/really/so? grateful/thankful/glad/happy if you could/would/can =>
^ i would be very/really/so? grateful/thankful for => give
^ it would be great/nice/helpful/lovely if you could/can/would =>
^ i would like/love/want you to =>
^ i want/need you to =>
^ i ask you to =>
^ i would like/love/want/need &DETERMINER => give
^ i just/simply/really? just/simply/really? need/want &a/an/some/number => give
^ i am looking for &a/an/some/number => give
^ i would like/love to just/simply? have/get/see/receive &DETERMINER => give
^ do/would you happen? to? have &a/an/any/some => give
^ give/get me/us => give
^ list/name/suggest/recommend/propose for? me/us? => <list>
^ come up with => <list>
^ think of &DETERMINER => <list>
^ brainstorm => <list>
^ any/some &ADVICE => give
^ got any &ADVICE => give
^ looking for &a/an/some/number/tips/advice/ideas => give
^ need &a/an/some/number/tips/advice/ideas => give
^ i am after => give
^ tell me about => explain
^ provide me? with? => give
^ please/kindly =>
^ tell me please &WH =>
^ tell/teach/show me &WH =>
^ tell me if/whether =>
^ tell me about => explain
^ tell me &a/an/some/number => <list>
^ tell me &the/your => <what>
^ give me/us? an? overview/introduction of/to => explain
^ let me know &WH =>
^ let me know if/whether =>
^ let me know &the => <what>
^ do you happen? to? know &WH =>
^ do you happen? to? know if/whether =>
^ do you happen? to? know &the => <what>
^ does anyone/anybody/someone know &WH =>
^ does anyone/anybody/someone know if/whether =>
^ have you any idea &WH =>
^ any idea/clue &WH =>
^ any idea/clue if/whether =>
^ i would like/love/want to know/learn/understand/find/hear out? about? &WH =>
^ i just/really/simply? want/need/wanted to know/learn/understand/find/figure out? &WH =>
^ i would like/love/want to know if/whether =>
^ i just/really? want/need/wanted to know if/whether =>
^ i would like to know &the => <what>
^ i want/need to know &the => <what>
^ i just/really? wanted to ask &WH =>
^ i would like to ask &WH =>
^ i am/was just? curious/unsure about? to? know/hear? &WH =>
^ i am/was just? curious if/whether =>
^ i am/was just? wondering &WH =>
^ i am/was just? wondering if/whether =>
^ just? curious/wondering &WH =>
^ just? curious/wondering if/whether =>
^ i am trying/struggling to understand/find/figure/learn/work out? &WH =>
^ i do not know/understand &WH => 
^ i have no idea &WH =>
^ i am not sure &WH =>
^ what i want/need to know is &WH =>
^ my question is &WH =>
^ the question is &WH =>
^ help me to? &REQUEST =>
^ help me to? understand &WH =>
^ can/could/would/will you please? help me/us to? &REQUEST =>
^ can/could/would/will you please? help me/us to? understand &WH =>
^ can/could/would/will you please? advise/enlighten? me? on? &WH =>
^ can/could anyone/someone/anybody/somebody please? &REQUEST =>
^ i need/want/would? like? help writing/drafting/composing => write
^ i need help with writing => write
^ i need some? help with/on? &WH =>
^ remind me &WH =>
^ explain/describe to? me? &WH =>
^ explain/describe to me => explain
^ give/get me/us? an? explanation of &how/what/why =>
^ clarify for? me? &WH =>
`;

/** Rewordings that hold in any text, also in one that is about words: question frames and modal verbs. */
const ADJECTIVES =
  "safe unsafe dangerous legal illegal healthy unhealthy bad good necessary normal ethical rude cheaper better hard easy difficult worth harmful risky allowed common wrong true".split(
    " ",
  );
const GOOD_FOR = "good bad best better safe suitable healthy useful".split(" ");
const SUPERLATIVES =
  "tallest largest biggest smallest highest lowest longest shortest fastest slowest oldest youngest newest heaviest lightest deepest widest best worst cheapest easiest hardest safest richest poorest hottest coldest closest nearest strongest".split(
    " ",
  );

export const GRAMMAR = `
turn/convert/transform ... into => convert ... to
the term/word/phrase/expression/acronym/abbreviation &payload =>
<what> do/does/would it cost to => <what> cost of
^ calculate/compute/determine &the/number => <list>
do you !YOUR_ABILITY => do
^ can/could/would/will you please? write/make/create/do/draft/give it/this/that/one for? me? $ =>
^ i would appreciate your help $ =>
by whom => <who>
you should !YOUR_ABILITY => <should>
you can/could !YOUR_ABILITY => <can>
you must => <must>
^ i/we would like to => want to
if i/we want/wish/need to => , to
if i/we would like to => , to
what/which ... would/do/can/could/should you recommend/suggest => <list> ...
what do you call ... $ => <what> name of ...
<what> ... do people => <what> ... do
<where> do people => <where>
<when> do people => <when>
<how> do people => <how>
<why> do people => <why>
^ i/we live/reside in => in
^ i/we have/own &DETERMINER => having
if i/we have/own &DETERMINER => , having
^ i/we have got &DETERMINER => having
^ i/we use => having
^ i/we am/are using/running => having
is/are/am ... able to => <can> ...
keep/prevent ... from => stop ... from
regarding/concerning => about
with the help of => with
by using => with
in the fall => in autumn
<how> say ... in => translate ... to
how do/would/can i/you/we/one say ... in => translate ... to
how is ... said in => translate ... to
^ <what> is &payload ... in => translate ... to
<what> do/does ... stand for => <what> mean ...
<what> is/are the? main/key/major/biggest? differences/difference between => <what> difference between
<how_much> do/does/would/will it cost to => <what> cost of
give/write a? &NUM ... summary of ... $ => summarize ...2 in ...1
<how> use ... to ... $ => <how> ...2 with ...1
what could/might/would be the? reason/cause $ => <why>
what is the? reason/cause $ => <why>
what is causing this/it/that $ => <why>
what time do/does/did/will/should/can => when do
how old do/must/should i/we/you/one have? to? be to => <what> minimum age to
<what> ... do/does/can/could/might ... have $ => <what> ... of ...
<where> do/does ... come from => <what> origin of ...
^ <what> is &number/NUM ... in => convert ... to
^ <how_much> is &number/NUM ... in => convert ... to
^ <how_many> ... is/are &number/NUM ... $ => convert ...2 to ...1
what do i/we/you do => what <should> do
fix/correct/check/improve the grammar => correct grammar
^ show me/us &a/an/some/the => give
${ADJECTIVES.map((text) => `is it ${text} for? me/us? to ... $ => is ... ${text}`).join("\n")}
${ADJECTIVES.map((text) => `^ it is ${text} for? me/us? to ... $ => is ... ${text}`).join("\n")}
${GOOD_FOR.map((text) => `<what> ... is/are ${text} for => <what> ${text} ... for`).join("\n")}
${SUPERLATIVES.map((text) => `<what> ... is/are/was the ${text} => <what> ${text} ...`).join("\n")}
^ explain/describe => <explain>
explain/describe => <explain>
what is/would the? best/right/ideal/optimal/good time of? year/day? be? to/for => when <should>
when is the best/right/ideal/optimal/good? time to/for => when <should>
when should i/we/you/one => when <should>
when do i/we/you/one have/need? to? => when <should>
<how> i/we/you/one? tell/know/determine/check if/whether/that/when => <how> know if
what will/would/could/might happen/happens if/when/once => what happen if
what happens if/when/once => what happen if
what is going to happen if/when/once => what happen if
what are the consequences if/when => what happen if
is it ok/okay/fine for me/us? to => <can>
is it ok/okay/fine if i/we => <can>
is it ok/okay/fine to => <can>
can/could you !YOUR_ABILITY => <can>
should you !YOUR_ABILITY => <should>
compare ... with/to/against/versus/and ... $ => compare ... and ...
what/which ... would/do/does/will i/we/you/one need in? order? to => <what> ... require to
what/which ... i/we/you would/will? need in? order? to => <what> ... require to
what/which ... is/are required/needed/necessary in? order? to => <what> ... require to
what/which ... is/are required/needed/necessary for => <what> ... require for
that/which/who have/has no => without
so/such that it/this/they sounds/sound => to make sound
so it/this/they sounds/sound => to make sound
to make it/this/them/that sound => to make sound
so that it/this is/becomes => to make
to make it/this/that => to make
tip/tips/advice/pointers/ideas/suggestions on/for/about/regarding how to => tips for
tip/tips/advice/pointers/ideas/suggestions to => tips for
tip/tips/advice/pointers/suggestions on/about => tips for
what are some => <list> some
the following/given => this
with no => without
^ no => without
^^ someone/somebody =>
how do/does/can/could/should/would/might/may/shall/will i/we/one/someone/somebody => <how>
what is/are the/a/an/some? best/right/proper/correct/good/usual/standard/recommended? way/ways/method/methods/procedure/process/approach to go? about? => <how>
is there a/an/any/some good? way/method to => <how>
how do/can/could/should/would/might you !YOUR_MIND => <how>
<how> go about => <how>
how to => <how>
how can/could/should/would/shall => <how>
what is the/a/an? best/right/proper/correct/good/usual/standard? way/method/procedure/process/approach for/of => <how>
what would be the/a/an? best/right/proper/correct/good/usual/standard? way/method/procedure/process/approach to => <how>
what are the steps/instructions to/for => <how>
what/which steps are needed/required/necessary to/for => <how>
what/which steps do i/we/you need to take/follow to => <how>
what/which steps do/should/can/must i/we/you take/follow to => <how>
what do/should/must/can i/we/you have/need? to? do to => <how>
what can be done to => <how>
what is the command for/to &REQUEST => <how> command
is there a/any way that? i/we/you can => <how>
^ walk me/us through how to => <how>
^ walk me/us through the? steps/process? of/to/for? => <how>
^ guide me/us through how to => <how>
^ guide me/us through the? steps/process? of/to/for? => <how>
^ show/teach/tell me/us how to => <how>
^ explain to? me? how to => <how>
^ give me/us? instructions/directions/guidance on/for how? to? => <how>
^ <what> instructions/directions/steps for/to => <how>
^ give me/us? the? steps to/for => <how>
^ what are the? instructions for => <how>
<how> do that/it/this/so $ => <how>
<how> can that/it/this be done $ => <how>
<how> that/it/this be done $ => <how>
<how> proceed $ => <how>
what/which is/are the? reason/reasons why/that => <why>
what is/are the? reason/reasons for => <why>
how come => <why>
what/which kind/kinds/type/types/sort/sorts of => <what> kind of
what/which => <what>
to whom => <who> to
whom => <who>
^^ who => <who>
^ name the person who/that => <who>
^ when &AUX => <when>
^^ when ... $$ => <when> ...
^^ where ... $$ => <where> ...
in <what> year => <when>
<what> year did/was/were => <when> did
^ where &AUX => <where>
^ where &PREP => <where>
<where> ... located/situated/found $ => <where> ...
<what> is the location of => <where>
for <what> reason => <why>
why => <why>

how many => <how_many>
how much => <how_much>
how often do/does/should/must i/we/you/one have/need? to? => <how_often>
how often => <how_often>
how frequently do/does/should/must i/we/you/one have/need? to? => <how_often>
how frequently => <how_often>
how long do/does/will/would/should it take for ... to => <how_long> ... take to
how much time do/does/should/will/would/must it take for/me/us? to? => <how_long> take
how long it takes to => <how_long> take
how long do/does/should/will/would/must it take for/me/us? to? => <how_long> take
how long do/should/must i/we/you/one have/need? to? => <how_long>
how long => <how_long>
how old is => <what> age of
how far is it? => <how_far>
how far => <how_far>
how tall is ... $ => <what> height of ...
how high is ... $ => <what> height of ...
how heavy is ... $ => <what> weight of ...
how deep is ... $ => <what> depth of ...
how wide is ... $ => <what> width of ...
<what> is the distance between ... and ... $ => <how_far> from ... to ...
<what> is the distance from ... to ... $ => <how_far> from ... to ...
how big/large is => <what> size of
<how_much> do/does/would/will ... cost $ => <what> cost of ...
<what> do/does/would/will ... cost $ => <what> cost of ...
<what> is/are the? price/cost of => <what> cost of
<how> ... differ/differs from ... $ => <what> difference between ... and ...
<how> do/does/is/are ... different from ... $ => <what> difference between ... and ...
<how> ... and ... differ $ => <what> difference between ... and ...
<how> is/are ... and ... different $ => <what> difference between ... and ...
^ what distinguishes ... from ... $ => <what> difference between ... and ...
<what> distinguishes ... from ... $ => <what> difference between ... and ...
^ <explain>/tell/give/show me? the differences/difference between => <what> difference between
^ differences/difference between => <what> difference between
difference between ... versus ... $ => difference between ... and ...
<what> temperature do/does ... boil $ => <what> boiling point of ...
at <what> temperature do/does? ... boil $ => <what> boiling point of ...
<what> temperature do/does ... melt $ => <what> melting point of ...
at <what> temperature do/does? ... melt $ => <what> melting point of ...
<what> is the meaning of => <what> mean
<what> do/does ... mean => <what> mean ...
<how_many> ... do/does ... have/contain $ => <how_many> ... in ...
<how_much> ... do/does ... have/contain $ => <how_much> ... in ...
<how_many> ... are/is there in => <how_many> ... in
<how_much> ... are/is there in => <how_much> ... in
<how_many> ... are/is in => <how_many> ... in
<how_much> ... are/is in => <how_much> ... in
<what> is meant by => <what> mean
<who> is/was the author of => <who> wrote
<who> is/was the inventor of => <who> invented
<who> is/was the founder of => <who> founded
<who> is/was the discoverer of => <who> discovered
<who> is/was the director of => <who> directed
<who> is/was the composer of => <who> composed
<who> is/was the painter of => <who> painted
<who> is/was the creator of => <who> created
<who> is/was the designer of => <who> designed
<what> is ... called $ => <what> name of ...
have/has got to => <must>
do/does i/we/you/one have to => <must>
do/does i/we/you/one need to => <need> 
^ am/are i/we required/obliged/obligated to => <must>
^ is it necessary/required/mandatory/obligatory to => <need>
^ is it necessary/required/mandatory/obligatory for ... to => <need> ...
have/has to => <must>
need/needs to => <need>
must => <must>
ought to => <should>
had better => <should>
should => <should>
would it be a good idea to => <should>
is it a good idea to => <should>
is it advisable/recommended to => <should>
am/are/is i/we/you/one allowed/permitted to => <allowed>
allowed/permitted to => <allowed>
is it allowed/permitted to => <allowed>
is it possible to => <can>
is it possible for ... to => <can> ...
am/are i/we able to => <can>
can/could => <can>
may => <may>
might => <might>
how => <how>
shall => <will>
will => <will>
would =>
^ is it true that =>
^ it is true that =>
is/are/am going to !name/the/a/an/my/our/number => <will>
`;

/** Courtesy and padding inside a clause; left alone in a text that is about words. */
const QUESTION_WORDS = ["what", "how", "why", "when", "where", "who", "which"];
export const PADDING = `
${QUESTION_WORDS.map((text) => `${text} exactly/precisely/actually/really/then => ${text}`).join("\n")}
${QUESTION_WORDS.map((text) => `${text} on earth => ${text}`).join("\n")}
thanks/cheers so? much? in? advance? $ =>
thank you so/very? much? in? advance? $ =>
then $ =>
please/kindly =>
actually/really/basically/literally/honestly/um/uh/er/hmm/lol/haha =>
`;

/** Expressions of several words with a one-word twin that is safe in any question. */
/** Who asks for "a good name" wants one, not to be told what it is. */
const WANTED =
  "good great nice fun funny easy quick healthy cheap simple creative catchy popular typical famous common polite suitable safe better best".split(
    " ",
  );

/** "What is a mutex?" asks for a definition, "what is the capital of Peru?" for a thing. */
export const DEFINITIONS = `
${WANTED.map((text) => `<what> is/are a/an? ${text} => <what> ${text}`).join("\n")}
<what> is/are !the/my/our/your/number/payload/code/NUM/SUPER => <define>
<what> a/an => <define> a
`;

export const SYNONYM_PHRASES = `
a few => a_few
a little => a_little
${Object.entries(ACRONYMS)
  .map(([short, long]) => `${long} => ${short}`)
  .join("\n")}
regular expression => regex
regular expressions => regex
capital city => capital
least expensive => cheapest
less expensive => cheaper
united states of america => usa
world war two => ww2
world war one => ww1
wwii => ww2
wwi => ww1
due to => because_of
close to => near
get/gets/getting/got rid of => remove
got rid of => removed
in order to => to
so as to => to
because/owing of/to => because_of
on account of => because_of
prior to => before
instead/rather of/than => instead_of
in place of => instead_of
such as => such_as
for example/instance => for_example
as soon as possible => asap
at the moment => currently
right now => currently
at present => currently
these days => nowadays
nowadays => nowadays
on a daily basis => daily
every/each/per single? day => daily
every/each/per single? week => weekly
every/each/per single? month => monthly
every/each/per single? year => yearly
per annum => yearly
annually => yearly
every/each/per hour => hourly
every/each night => nightly
every/each time => every_time
once more => again
a lot of => many
lots/plenty of => many
a number of => several
a couple of => a_couple
at least => at_least
no/not fewer/less than => at_least
a minimum of => at_least
at most => at_most
no/not more than => at_most
up to &number => at_most
a maximum of => at_most
less/fewer than &number => under
below &number => under
more than &number => over
above &number => over
roughly/around/approximately &number => about
all of the/my/our/your => all the
each of the/my/our => every
every one of the => every
set up => setup
log in => login
log into => login to
sign in => login
log out/off => logout
sign out => logout
sign up => signup
back up => backup
look up => lookup
find out => find_out
figure out => find_out
work out => work_out
turn on => enable
switch on => enable
turn off => disable
switch off => disable
speed up => accelerate
take place => happen
carry out => perform
make use of => use
be able to => <can>
has/have the right to => entitled to
in the united states of? america? => in usa
the? united states => usa
command line => commandline
second world war => ww2
first world war => ww1
credit score => credit_score
step by step => step_by_step
web site => website
web page => webpage
e mail => email
wi fi => wifi
on line => online
data base => database
data frame => dataframe
data frames => dataframes
file name => filename
a/my mac => macos
mac os => macos
js => javascript
fast/quick way => quick_way
`;
