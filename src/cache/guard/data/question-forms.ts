/**
 * Forms of the same question or request. Each keeps all words of content. "How do I digest milk" asks how the
 * body does, and "how can I fix so little" why: what is done on purpose is done to a thing.
 */
export const QUESTION_FORMS = `
how do/can i &DEED . &ARTICLE => <how> ...
how i can? &DEED . &ARTICLE => <how> ...
how to &DEED . &ARTICLE => <how> ...
^ tell me/us the &MEASURE => what is the
^ explain the difference between => what is the difference between
^ what are some => list some
^ summarise => summarize
^ when &AUXILIARY => <when>
^^ when ... $$ => <when> ...
`;
