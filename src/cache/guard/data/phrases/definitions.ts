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
