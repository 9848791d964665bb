import { describe } from "vitest";
import { itJudges } from "./judge-texts.ts";

const QUESTION = "Where is the oldest bridge of Rome?";
const REQUEST = "Write a poem about the sea.";

describe("courtesy", () => {
  itJudges({
    same: [
      ["Hi, where is the oldest bridge of Rome?", QUESTION],
      ["Hello there, where is the oldest bridge of Rome", QUESTION],
      ["Please, where is the oldest bridge of Rome?", QUESTION],
      ["Where is the oldest bridge of Rome? Thank you.", QUESTION],
      ["Where is the oldest bridge of Rome? Thanks in advance", QUESTION],
      ["Hi, where is the oldest bridge of Rome? Many thanks.", QUESTION],
      ["Please write a poem about the sea.", REQUEST],
      ["Could you please write a poem about the sea?", "write a poem about the sea?"],
      ["please could you write a poem about the sea", REQUEST],
      ["Hi, please write a poem about the sea", REQUEST],
      ["Kindly write a poem about the sea.", REQUEST],
    ],
    different: [
      ["Can you make a cake without eggs?", "Make a cake without eggs."],
      ["Would you recommend a Tesla?", "Recommend a Tesla."],
      ["Hi, Jude is by whom?", "Jude is by whom?"],
      ["OK, what is the tax for a resident?", "What is the tax for a resident?"],
      ["Is there a beach in Princeville, hi?", "Is there a beach in Princeville?"],
      ["Who sings Baby, Please", "Who sings Baby"],
      ["Should I turn left, right, please?", "Should I turn left, right?"],
      ["Have a Nice Day. Which band is it?", "Thank You. Which band is it?"],
      ["Hello. Which singer was the first?", "Thanks. Which singer was the first?"],
      ["How do I embroider this? Thank you.", "How do I embroider this?"],
      ["Who sings the song? Thank you.", "Who sings the song?"],
      ["My boss wrote me a poem. Thank you.", "My boss wrote me a poem."],
      ["How do I treat my wife kindly?", "How do I treat my wife?"],
      ["Please Please Me is by whom?", "Please Me is by whom?"],
    ],
  });
});
