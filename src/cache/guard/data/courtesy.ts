import { REQUEST } from "./requests.ts";

/** Clauses that are courtesy as a whole: said before or behind a question, they say nothing of it. */
export const COURTESY = `
hello/hi/hey there/again/everyone/all? =>
dear assistant =>
good morning/afternoon/evening/day =>
how are you doing? today? =>
i? hope you are doing? well/fine/good today? =>
i? hope you are having a nice/good/great day =>
have a nice/good/great day =>
many? thanks so/very? much? a? lot/million/ton/bunch? =>
many? thanks in advance for? your? help/time? =>
thank you so/very? much/kindly? a? lot? in? advance? =>
thanks/thank you? so/very? much? a? lot? for your/any/the help/time/assistance/advice in? advance? =>
thanks/thank you? again/everyone/all =>
much appreciated/obliged =>
i would? really/greatly/very? much? appreciate it/this/that =>
i would? really/greatly/very? appreciate your/any/some help/time/advice with? this? =>
any help is/would be? much/greatly/really/very? appreciated =>
i would be very/so/really? grateful/thankful =>
that/it would be great/helpful/lovely/awesome =>
please/kindly =>
i? am? sorry to bother/disturb/trouble you again? =>
sorry for/about the/this/my? bother/trouble/disturbance/interruption =>
sorry if this/it is a? silly/dumb/stupid/basic/obvious question? =>
excuse/pardon me =>
if you have/get a/the/some? moment/minute/second/time/chance =>
when you have/get a/the/some? moment/minute/second/time/chance =>
if it/that is not/no too? much? trouble/bother/hassle =>
if you do not mind me? asking? =>
if you would be so kind =>
if i may ask? =>
no rush/hurry =>
a/one/just? quick/silly/simple/random/dumb/stupid/another question for? you? =>
i have/had a/one/another quick/silly/simple/small/random? question for? you? =>
got a quick? question for? you? =>
just? curious/wondering =>
just? out of curiosity =>
i was/am just? curious/wondering =>
asking for a friend =>
by the way =>
btw =>
can/could/would/will you/someone/anyone/anybody please? help me/us? out? with? this/that/it? =>
i/we need some/your? help with this/that/it =>
`;

/** Clauses that only lead up to a question. Behind one, each of these words may be meant. */
export const LEADS = `
so/ok/okay/well/right/alright/anyway/hmm/um/uh/oh/hey/man/yeah so/ok/okay/well/anyway/man/yeah/um/uh? =>
just? quickly/quick =>
not sure if you can help me? =>
this is probably/maybe? a silly/dumb/stupid/basic/simple/weird question but? =>
`;

/** "Would you mind telling me": the -ing form of a request. */
const gerund = (verb: string): string => `${verb.replace(/e$/, "")}ing`;

/** How a request or a question may begin: "could you tell me", "I'd like to know". */
export const OPENERS = `
^^ hello/hi/hey there/again? &STARTS =>
^^ so/ok/okay/well/um/uh/hmm so/um/uh? &STARTS =>
uh/uhm/umm/hmm/erm/lol/haha =>
^ please/kindly =>
^ do you happen? to? know if/whether => <whether>
^ does anyone/anybody/someone know if/whether => <whether>
^ can/could/would you please? tell me/us? if/whether => <whether>
^ may/might/can/could i just? ask you? if/whether => <whether>
^ i would like to know/ask if/whether => <whether>
^ i just/really? want/wanted/need to know/ask if/whether => <whether>
^ i was/am? just? curious/wondering if/whether => <whether>
^ i wonder if/whether => <whether>
^ any idea if/whether => <whether>
${[...REQUEST].map((verb) => `^ can/could you just? ${verb} &OBJECT => ${verb}`).join("\n")}
^ can/could/would/will you please/kindly/possibly just? &REQUEST =>
^ would/will you just? &REQUEST =>
^ would/could/can/will you please? be so? kind/good? enough? as? to &REQUEST =>
^ please can/could/would/will you &REQUEST =>
^ would it be possible for you to &REQUEST =>
^ would you be able/willing to &REQUEST =>
^ do you think you could please? &REQUEST =>
^ any chance you could please? &REQUEST =>
${[...REQUEST].map((verb) => `^ would/do you mind ${gerund(verb)} => ${verb}`).join("\n")}
^ i was/am? just? wondering/hoping if/whether/that? you could/can/would/might please/kindly? &REQUEST =>
^ i would really? appreciate it if you could/would/can please? &REQUEST =>
^ i would be very/really/so? grateful/thankful/glad/happy if you could/would/can please? &REQUEST =>
^ it would be great/nice/helpful/lovely if you could/can/would please? &REQUEST =>
^ i would like/want/need you to please? &REQUEST =>
^ can/could you please? help me/us to? understand/figure/find out? &WH =>
^ help me/us to? understand &WH =>
^ tell/show/teach me/us please? &WH =>
^ let me know &WH =>
^ explain/describe to? me/us? &WH =>
^ may/might/can/could i just? ask you? &WH =>
^ may/can/could i know &WH =>
^ do you happen? to? know &WH =>
^ does anyone/anybody/someone know &WH =>
^ any idea &WH =>
^ do you have any idea &WH =>
^ i would like/love to know/learn/understand/ask/find out? &WH =>
^ i just/really? want/wanted/need to know/learn/understand/ask/find out? &WH =>
^ i am trying to understand/find/figure/learn/work out? &WH =>
^ i do not know/understand &WH =>
^ i am not sure &WH =>
^ i was/am? just? curious/wondering &WH =>
^ i wonder &WH =>
^ i have always wondered &WH =>
^ my question is &WH =>
`;
