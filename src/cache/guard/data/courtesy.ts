import { REQUEST, TELLING } from "./requests.ts";

/** Sentences that are courtesy as a whole: said before or behind a question, they say nothing of it. */
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
if it/that is not/no too? much? trouble/bother/hassle =>
if you do not mind me? asking? =>
if you would be so kind =>
no rush/hurry =>
a/one/just? quick/silly/simple/random/dumb/stupid/another question for? you? =>
i have/had a/one/another quick/silly/simple/small/random? question for? you? =>
got a quick? question for? you? =>
just? curious/wondering =>
i was/am just? curious/wondering =>
asking for a friend =>
can/could/would/will you/someone/anyone/anybody please? help me/us? out? with? this/that/it? =>
i/we need some/your? help with this/that/it =>
`;

/** Clauses that may stand behind a question: any other word there may be what is asked about. */
export const TRAILING = `
please =>
many? thanks in? advance? =>
thank you in? advance? =>
`;

/** Clauses that only lead up to a question. */
export const LEADS = `
so/ok/okay/um so/ok/okay/um? =>
not sure if you can help me? =>
`;

/** "Would you mind telling me": the -ing form of a request. */
const gerund = (verb: string): string => `${verb.replace(/e$/, "")}ing`;

/** How a request or a question to the assistant may begin: "could you tell me". */
export const OPENERS = `
^^ hello/hi/hey there/again? &STARTS =>
^^ so/ok/okay/um so/um? &STARTS =>
^ please/kindly &STARTS =>
^ do you happen? to? know if/whether => <whether>
^ can/could you please? tell me/us if/whether => <whether>
^ may/might/can/could i just? ask you if/whether => <whether>
^ any idea if/whether => <whether>
${[...TELLING].map((verb) => `^ can/could you just? ${verb} &OBJECT => ${verb}`).join("\n")}
^ can/could/would/will you please/kindly just? &REQUEST =>
^ would/could/can/will you please? be so? kind/good? enough? as? to &REQUEST =>
^ please can/could/would/will you &REQUEST =>
${[...REQUEST].map((verb) => `^ would you mind ${gerund(verb)} => ${verb}`).join("\n")}
^ i was/am? just? hoping you could/can/would/might please/kindly? &REQUEST =>
^ i would really? appreciate it if you could/would/can please? &REQUEST =>
^ i would be very/really/so? grateful/thankful/glad/happy if you could/would/can please? &REQUEST =>
^ i would like/want/need you to please? &REQUEST =>
^ can/could you please? help me/us to? understand &WH =>
^ help me/us to? understand &WH =>
^ tell me/us please? !when &WH =>
^ explain to? me/us? &WH =>
^ may/might/can/could i just? ask you &WH =>
^ do you happen? to? know &WH =>
^ any idea &WH =>
^ do you have any idea &WH =>
`;

/** How the only sentence may begin. Before another question it may say what the asker does not know. */
export const STATEMENTS = `
^ i would like/love to know/understand &WH =>
^ i would like/love to know if/whether => <whether>
^ i just/really? want/wanted/need to know/understand &WH =>
^ i just/really? want/wanted/need to know if/whether => <whether>
^ i was/am? just? curious/wondering &WH =>
^ i was/am? just? curious/wondering if/whether => <whether>
^ i wonder &WH =>
^ i wonder if/whether => <whether>
^ my question is &WH =>
`;
