/** Forms of the same question or request. Each keeps all words of content. */
export const QUESTION_FORMS = `
how do/can i !SELF => <how>
how i can? !SELF => <how>
how to !SELF => <how>
^ tell me/us the => what is the
^ let me/us know the => what is the
^ explain the &difference => what is the
^ what are some => list some
^ summarise => summarize
^ which !AUXILIARY/one/of => what
^ when &AUXILIARY => <when>
^^ when ... $$ => <when> ...
`;
