/**
 * Words with no other word one slip away, as ../spelling.ts counts slips: who types such a neighbour has
 * mistyped this word. Words from eight letters on: a shorter one is a slip away from too many names ("mariage").
 *
 * A program chose them. It took the whole words among the tokens of all-minilm's vocabulary that are in the npm
 * package word-list 4.1.0 too, the most frequent 7 000 and forms of them in -s, -ed, -ing and -ly. It made
 * each slip of each word, and left the word out where a slip was in word-list, in the vocabulary, or among the
 * names of widely installed programs and packages (Python, Rust, Go, .NET, C++, Swift), chemicals and websites.
 */
export const SPELT_WORDS =
  `absolute absolutely absorbed academic accepted accepting accident accommodate accommodation accompany accompanying
accomplish accomplished according accordingly accountant accounting accounts accuracy accurate achieved achieving
acknowledge acknowledged acquaintance acquired actively activities activity actually addition additional
additionally addressed adequate adrenaline advanced advances advancing advantage advertisement advertising affected
affordable afternoon agencies aggressive airlines algorithm allowing alphabet alternate although altogether
amendment announce announced annually answered answering anything anywhere apartment apartments apologize apparent
apparently appearance appearances appeared appearing appetite application applications appointment appreciate
approach approached approaching appropriate approved argument arguments arranged arrested arriving articles
artificial assigned assignment assistant assisted association associations assuming atmosphere attached attacked
attacking attempted attempting attempts attendance attention attitude attracted attractive attribute attributed
audience audiences authored authorities authority automatic automatically auxiliary available averaged bachelor
background bacteria badminton bankruptcy baseball basement basically basketball bathroom beautiful becoming
beginning behavior believed belonged belonging beneficial benefits biography birthday bothered boundaries boundary
breakfast brilliant building buildings butterfly calculate calculated campaign campaigns candidate candidates
capacity captured capturing carefully carpenter categories category celebrate celebrated cemetery ceremonies
ceremony certainly certificate challenge challenged challenges challenging championship championships changing
chapters character characters cheerful chemical children chocolate chromosome cigarette citizens citizenship
civilization claiming classroom climbing clothing cocktail collapse collapsed colleague colleagues collection
collections combination combined combining comfortable commented comments commercial commercially commitment
committed committee committees commonly communities community companies comparison compelled compensation competent
competition competitions competitor competitors completely complicated component components composed composition
compositions compound compounds compromise concentrate concentrated concentration concepts concerned concerning
concerns concerts conclusion concrete condition conditional conditions confidence configuration conflict conflicts
confused confusion conjunction connected connecting connection connections connects conscience conscious consensus
consequence consequences conservation consider considered considering considers consisted consistent consistently
consisting consists constant constantly constellation constitution consumed consumer contacted contacts contained
container containing contains contents continent continue continued continuing contribute contributed contributing
controls controversial controversy convenient conversation conversations conversion converted convince convinced
cooperate coordinate copyright corporate corrected correctly correspondence councils counting coverage covering
creative creature creatures credited criminal criticism criticized crossing cultural cultures currency currently
curriculum customer customers dangerous darkness database daughter daughters deadline decision decisions
declaration declared declined decoration dedicated defeated defeating definite definitely definition delicate
delicious delivered delivery demanded demanding democracy demonstrate demonstrated departure depending deployment
deposits depression derivative descended descending describe describing description deserved desperate desperately
destination destroyed destroying detailed detected detective determination determine determined developed developer
developing development developments develops diabetes diamonds dictionary difference differences different
differently difficult dimension dimensions dinosaur diplomat directed directing direction directions directive
directly directors directory disability disabled disappear disappeared disappointed disappointing disastrous
discipline discovered discrete discussed displayed displays disputed disputes distance distinct distributed
division divisions document documented documents dolphins donation donations download downstairs dynamics
earthquake ecosystem educated effective effectively efficient election elections electric electrical electricity
electron electronic electronics elements elephant elevator eliminate eliminated embarrassed embarrassing
embarrassment emergency emission emissions emotions employed employer employment encoding encounter encountered
encounters encourage encouraged encouraging energetic engagement engineering enormous entering entertainment
enthusiasm enthusiastic entirely entrance entrepreneur envelope environment environments epidemic equation
equations equipment equivalent especially establish established establishing estimate estimated estimates evaluate
eventual eventually everyday everyone everything evidence evolution examination excellent exception exceptions
exchange exchanged excitement executed execution executive exhausted exhibited exhibits existence expectation
expectations expected expecting experience experienced experiences experiment experiments explained explaining
explains explanation explicit exploded exploration explored exploring explosion expressed expression expressions
extended extending extension extensive extensively extremely eyebrows facilities facility factories families
fantastic fascinating favorite featured features featuring feedback festival festivals fighters fighting financial
finished finishing flashlight flowering football forehead formally formerly foundation foundations fountain
fragment fragments framework freelance frequency frequent frequently freshwater friendly frustrated function
functional functions fundamental furniture gathered generally generals generate generated generating generation
generations generator generous geography geometry gestured girlfriend goalkeeper government governments grandfather
grandmother graphics grateful graveyard greenhouse guarantee guidance gymnasium gymnastics handsome happened
happening headache headline heartbeat helicopter heritage hesitate hesitated hierarchy highlight highlighted
highlights highways hopefully horrible hospital hospitals household households humidity humorous hundreds hurricane
hydrogen identify identity ignoring illegally imagination imagined immediate immediately immigrant immigrants
immigration impatient implement implemented important impressed impression impressive improved improvement
improvements improving incident incidents inclined included including incorrect increase increased increases
increasing increasingly incredible independence independent independently indicate indicates individual individuals
industrial industries industry infection infectious infinite inflation influence influenced influences informal
information ingredients inheritance initially injection innocent innovation insisted inspired instance instantly
instinct institute institution institutions instruction instructions instructor instrument instruments insurance
integrate integrated integration intelligence intelligent intended intention intentions interact interaction
interactions interest interested interesting interface interfere intermediate internal international
internationally internet interpret interpreted interrupt interrupted interval interview interviewed interviews
introduce introduced introducing introduction invasion invention invested investigate investigated investigating
investigation investigations investment investments investor investors invisible invitation involved involves
involving irregular irrigation javascript journalist journalists journals judgment keyboard keyboards kindergarten
knowledge kubernetes laboratory landlord landscape language languages latitude laughing leadership lectures
librarian lieutenant lifestyle lifetime lighting listened listening literature logistics machinery machines
magazine magazines magnetic maintain maintained maintaining maintains maintenance majority management maneuver
manufacture manufactured manufacturer manufacturing marathon marching marketed marketing marriage mathematics
meanwhile measured measurement measurements measures measuring mechanic mechanical mechanics medicine medieval
meetings membership memories mentioned mentions merchant merchants metabolism microphone microwave midnight
migration millennium miniature minimize minority missions moderate moisture molecule molecules monarchy monitoring
moreover motivation motorcycle mountain mountains movement movements multiple murdered mushroom musician musicians
mysterious narrative narrowed narrowly naturally necessarily necessary necessity necklace negative negotiate
neighbor neighborhood neighborhoods neighboring neighbors networks newspaper newspapers nickname nicknamed
nightmare nitrogen nominated normally northern notebook noticeable november nowadays numbered numerous nutrition
observation observations observed obstacle obtained obtaining obviously occasion occasional occasionally occasions
occupation occurred occurrence offensive offering official officially officials operated operates operating
operation operations operator operators opinions opportunities opportunity opposing opposite optional orchestra
ordering ordinary organism organisms organization organizations organize organized organizing orientation original
originally otherwise ourselves outstanding overnight packaging paradise parallel parameter parameters parliament
partially participant participants participate participated participating particle particles particular
particularly partition partnership passenger passengers passionate passport patience pavement payments peaceful
pedestrian peninsula percentage perception perfectly performance performances permanent permanently permission
personal personally personnel perspective persuade persuaded petition petroleum pharmacy philosophy photograph
photographs physical physically physician physicians pictures pipeline platform platforms playground playwright
pleasure politely political politically politician politicians politics pollution positive possession postgres
potassium potential potentially powerful practical practically practice practiced precious precisely predator
predicted prediction preference preferred pregnancy pregnant prejudice preparation prepared preparing presence
presentation presented preserve preserved president presidents pressure prevention primarily primitive principal
principles priority prisoner prisoners privately privilege probability probable probably problems procedure
procedures proceeded proceeds produced producer produces producing production productions productive productivity
products profession professional professionally professionals professor programs progress pronunciation properly
properties property proposal proposals protected protecting protection protocol prototype provided provides
providing psychiatrist psychologist psychology publication publications publicity publicly published publisher
publishing punishment purchase purchased purposes qualification qualifying qualities quantity quarterly question
questioned questioning questions radiation railways rainfall rational realistic realized realizes realizing
reasonable received receives receiving recently recipient recognized recommend recommendation recommendations
recommended recovered recovery rectangular reducing reference references reformed refrigerator regardless register
registered registration regularly rehearsal rejection relation relations relationship relationships relative
relatively relatives released relevant reliable religion religions religious remained remaining remarkable remember
remembered remembering reminder removing rendered renovation repeated repeatedly replacement reported reportedly
reporter represent represented representing represents republic requested requests requirement requirements
research resemble reservation reserved reserves residence resident residential residents resignation resistance
resolution resource resources responded response responses responsibilities responsibility responsible restaurant
restaurants restored restriction restrictions resulted resulting retained retirement retrieve retrieved reviewed
revision revolution ridiculous romantic roommate rosemary sacrifice sandwich satisfaction satisfied scholarship
sciences scientific scientist scientists screening sculpture sculptures seasonal secretly security segments
selected selection semester sensitive sentence sentenced sentences separate separated separately separation
sequence sequences seriously services sessions severely shortage shoulder shoulders signature significant
significantly similarly simultaneously situation situations skeleton societies software somebody something sometime
sometimes somewhat somewhere sophisticated sounding southern sovereign speakers speaking specific specifically
sponsored spontaneous squeezed squirrel standard standards statement statements statistics strategies strategy
strawberry strength strengthen stretched stretching strictly strongly structural stubborn students studying
subjects submarine subscription substitute succeeded successful successfully suffered suffering sufficient suffrage
suggested suggesting suggestion suggests suitable suitcase sunglasses sunlight superhero superior supermarket
supervisor supported supporter supporters supporting supports supposed supposedly surfaces surprise surprised
surprising surprisingly surround surrounded surrounding surroundings surveillance survived surviving susceptible
suspected suspended suspicious sustainable swimming switching sympathy symphony targeted teaching technical
technically technician technique techniques technologies technology teenager telephone telescope television
temperature temperatures temporarily temporary tendency terminology terrible territories territory textbook
theoretical theories therefore thirteen thoughts thousand thousands threaten threatened threatening threshold
together tomorrow tourists tournament tournaments tradition traditional traditionally traditions transfer
transformation translate translated translation translations transparent transport transportation transported
treasure treatment ultimate ultimately umbrella unanimous uncomfortable unconscious underground underneath
understand understanding underwater underwear unemployed unemployment unexpected unfortunately universe
universities university unlikely unlimited unnecessary unpleasant upgraded valuable variable variables variation
variations varieties vegetable vegetables vehicles vengeance veterans veterinary villages vineyard violence
virtually visiting vocabulary volleyball volunteer volunteers vulnerable waitress wardrobe warehouse warriors
waterfall weakness websites welcomed wheelchair wherever whispered whispers wildlife williams wonderful workplace
workshop workshops worldwide yesterday yourself`.split(/\s+/);
