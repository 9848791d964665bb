const PARTICIPLES: ReadonlySet<string> = new Set(
  `arisen awoken beaten become been begun bent bitten bled blown borne bought bound bred broken brought
built caught chosen come cost crept cut dealt done drawn driven drunk dug eaten fallen fed felt fled
flown forbidden forgiven forgotten fought found frozen given gone got gotten ground grown had heard
held hidden hit hung hurt kept known laid led left lent let lost made meant met paid put quit read
rewritten ridden risen run rung said sat seen sent set shaken shot shown shrunk shut slept sold
sought spent split spoken spread sprung spun stolen stood struck stuck stung sung sunk swept sworn
swum swung taken taught thought thrown told torn understood undone upset wept withdrawn woken won
worn written`.split(/\s+/),
);

/** May a word be a participle? Behind "who's" it leaves open whether "is" or "has" is meant. */
export const isParticiple = (word: string): boolean => word.endsWith("ed") || PARTICIPLES.has(word);
