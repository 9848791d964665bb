import { describe } from "vitest";
import { itJudges } from "./judge-texts.ts";

describe("contractions", () => {
  itJudges({
    same: [
      ["What's the capital of Peru?", "What is the capital of Peru?"],
      ["whats the capital of Peru", "What is the capital of Peru?"],
      ["It’s late and they're out. What now?", "It is late and they are out. What now?"],
      ["Why don't the birds of Peru fly?", "Why do not the birds of Peru fly?"],
      ["I can't sleep. What should I do?", "I cannot sleep. What should I do?"],
      ["My car won't start. What is it?", "My car will not start. What is it?"],
      ["I'd like to visit Peru. When's it dry?", "I would like to visit Peru. When is it dry?"],
      ["I've lost my key and I'm out. What now?", "I have lost my key and I am out. What now?"],
      ["What'll it be like in May?", "What will it be like in May?"],
    ],
    different: [
      ["Shouldn't I tell my boss about it?", "Should I not tell my boss about it?"],
      ["Why aren't the people vaccinated ill?", "Why are the people not vaccinated ill?"],
      ["Isn't a null column indexed?", "Is a not null column indexed?"],
      ["Which architect's building in Bilbao?", "Which architect is building in Bilbao?"],
      ["Who's paid in Rome?", "Who is paid in Rome?"],
      ["He's not paid. What should I do?", "He is not paid. What should I do?"],
      ["What's happened to it?", "What is happened to it?"],
      ["If he'd put it there, who is to blame?", "If he would put it there, who is to blame?"],
      ["Can I use isn't in a speech to him?", "Can I use is not in a speech to him?"],
      ["Can I eat or don't I?", "Can I eat or do not I?"],
      ["You can't only eat. What should I do?", "You can not only eat. What should I do?"],
      ["Let's eat. Where is it?", "Let us eat. Where is it?"],
      ["What is plz for in it?", "What is please for in it?"],
    ],
  });
});
