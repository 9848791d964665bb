/** Irregular verbs: base, past, participle. "-" repeats the form before. */
export const VERBS: ReadonlyArray<readonly [string, string, string]> =
  `arise arose arisen|awake awoke awoken|bear bore borne
beat beat beaten|become became become|begin began begun|bend bent -|bind bound -|bite bit bitten|bleed bled -|blow blew blown
break broke broken|breed bred -|bring brought -|build built -|buy bought -|catch caught -|choose chose chosen|come came come
cost cost -|creep crept -|cut cut -|deal dealt -|dig dug -|draw drew drawn|drink drank drunk|drive drove driven|eat ate eaten
fall fell fallen|feed fed -|feel felt -|fight fought -|find found -|flee fled -|fly flew flown|forbid forbade forbidden
forget forgot forgotten|forgive forgave forgiven|freeze froze frozen|get got gotten|give gave given|go went gone|grind ground -
grow grew grown|hang hung -|hear heard -|hide hid hidden|hit hit -|hold held -|hurt hurt -|keep kept -|know knew known
lay laid -|lead led -|leave left -|lend lent -|let let -|lose lost -|make made -|mean meant -|meet met -|pay paid -|put put -
quit quit -|read read -|rewrite rewrote rewritten|ride rode ridden|ring rang rung|rise rose risen|run ran run|say said -|see saw seen
seek sought -|sell sold -|send sent -|set set -|shake shook shaken|shoot shot -|show showed shown|shrink shrank shrunk
shut shut -|sing sang sung|sink sank sunk|sit sat -|sleep slept -|speak spoke spoken|spend spent -|spin spun -|split split -
spread spread -|spring sprang sprung|stand stood -|steal stole stolen|stick stuck -|sting stung -|strike struck -|swear swore sworn
sweep swept -|swim swam swum|swing swung -|take took taken|teach taught -|tear tore torn|tell told -|think thought -
throw threw thrown|understand understood -|undo undid undone|upset upset -|wake woke woken|wear wore worn|weep wept -|win won -
withdraw withdrew withdrawn|write wrote written`
    .split(/[|\n]/)
    .map((line) => {
      const [base = "", past = "", participle = "-"] = line.trim().split(" ");
      return [base, past, participle === "-" ? past : participle] as const;
    });
