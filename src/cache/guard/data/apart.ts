/**
 * Synonyms that part ways beside certain words: a photo is edited as a picture is, but an image is
 * mounted. First of a group, then the words that part its members wherever they stand in the text.
 */
const APART = `
delete account app application user member profile contact calendar email device icon drive printer
picture mount restore docker disk iso burn build pull push container boot flash mirror backup draw paint sell sold expensive famous museum artist partition
fix promise hostname host dns name path symbol vector address ip reference dependency url domain
tip leave waiter waitress restaurant percent calculate much tax server taxi driver hotel
kind haskell rust go kubernetes scala idris
enable phone iphone computer laptop tv tablet ipad pc macbook console camera watch light lamp heater oven car engine router
disable phone iphone computer laptop tv tablet ipad pc macbook console camera watch light lamp heater oven car engine router
app submit fill job send letter form visa university college withdraw status reject deadline grant patent write loan mortgage
price calculate determine product margin marginal function average basis unit fixed variable total production manufacturing set opportunity
create money bed
merge cell
employee uk right status law legal union
customer server api http socket network software git ssh ftp vpn db database web email mail rest tcp udp mqtt redis lawyer python java browser
item rare rarest expensive heavy heaviest light lightest abundant dangerous chemical earth body human universe periodic valuable css
`;

const CONTEXTS = new Map<string, ReadonlySet<string>>();
for (const line of APART.split("\n")) {
  const [head, ...words] = line.split(" ").filter((text) => text !== "");
  if (head !== undefined) CONTEXTS.set(head, new Set(words));
}

/** The words beside which the synonyms of a group are not the same, by the first of the group. */
export const contextOf = (head: string): ReadonlySet<string> | undefined => CONTEXTS.get(head);
