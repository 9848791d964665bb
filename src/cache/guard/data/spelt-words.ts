/**
 * Words with no other word one slip away, as ../spelling.ts counts slips: who types such a neighbour has
 * mistyped this word. Function words, and others from seven letters on: a shorter one is a slip away from too
 * many names ("sumer", "lsat").
 *
 * A program chose them. It took the whole words among the tokens of all-minilm's vocabulary that are in the npm
 * package word-list 4.1.0 too, the most frequent 7 000 and forms of them in -s, -ed, -ing and -ly. It made
 * each slip of each word, and left the word out where a slip was in word-list, in the vocabulary, or among the
 * names of widely installed programs and packages (Python, Rust, Go, .NET, C++, Swift), chemicals and websites.
 */
export const SPELT_WORDS =
  `abdomen about absolute absolutely absorbed academic accepted accepting accident accommodate accommodation accompany
accompanying accomplish accomplished according accordingly account accountant accounting accounts accuracy accurate
achieve achieved achieving acknowledge acknowledged acquaintance acquired actively activities activity actress
actually addition additional additionally address addressed adequate adrenaline advance advanced advances advancing
advantage advertisement advertising affected affordable after afternoon against agencies aggressive airline airlines
airport algorithm allowed allowing alphabet already alternate although altogether amateur amazing amendment amounts
analyze anatomy ancient announce announced annually answered answering answers anxiety anxious anybody anything
anywhere apartment apartments apologize apology apparent apparently appearance appearances appeared appearing appears
appetite application applications appointment appreciate approach approached approaching appropriate approve approved
argument arguments arrange arranged arrested arrived arrives arriving article articles artificial artists aspects
assigned assignment assistant assisted assists association associations assumed assuming assured athlete atmosphere
attached attacked attacking attacks attempt attempted attempting attempts attendance attention attitude attract
attracted attractive attribute attributed audience audiences authored authorities authority authors automatic
automatically auxiliary available average averaged awarded awkward bachelor background bacteria badminton balance
bankruptcy baptism bargain baseball basement basically basketball bathroom beautiful because becomes becoming bedroom
before beginning behavior believed belonged belonging beneficial benefit benefits besides between bicycle biography
biology birthday bothered boundaries boundary breakfast breathe briefly brilliant buffalo building buildings butterfly
buttons cabinet calcium calculate calculated cameras campaign campaigns candidate candidates capable capacity capture
captured capturing carefully carpenter cascade categories category cavalry celebrate celebrated cemetery ceramic
ceremonies ceremony certainly certificate challenge challenged challenges challenging championship championships
changed changing chapter chapters character characters charity cheerful chemical chicken children chimney chocolate
chromosome cigarette circles circuit citizen citizens citizenship civilization claimed claiming classic classroom
cleared clearly climate climbed climbing closely closure clothing cocktail coconut collapse collapsed colleague
colleagues collection collections colored columns combination combine combined combining comfort comfortable comment
commented comments commercial commercially commitment committed committee committees commonly communities community
companies comparison compelled compensation competent competition competitions competitor competitors completely
complex complicated component components composed composition compositions compound compounds compromise concentrate
concentrated concentration concept concepts concern concerned concerning concerns concert concerts conclusion concrete
condition conditional conditions conduct confess confidence configuration conflict conflicts confused confusion
conjunction connect connected connecting connection connections connects conscience conscious consensus consequence
consequences conservation consider considered considering considers consist consisted consistent consistently
consisting consists console constant constantly constellation constitution consume consumed consumer contact contacted
contacts contain contained container containing contains content contents context continent continue continued
continuing contribute contributed contributing control controls controversial controversy convenient conversation
conversations conversion converted convince convinced cookies cooperate coordinate copyright corporate corrected
correctly correspondence corrupt costume could council councils counsel counting courage coverage covered covering
creative creator creature creatures credited credits criminal criticism criticized crossed crossing cuisine cultural
culture cultures currency currently curriculum customer customers cycling damaged dancing dangerous darkness database
daughter daughters deadline decision decisions declaration declared decline declined decoration dedicated default
defeated defeating defense definite definitely definition degrees delicate delicious delight delivered delivery
demanded demanding democracy demonstrate demonstrated departure depending depends deployment deposit deposits
depression derivative descend descended descending describe describing description deserve deserved desired desktop
desperate desperately despite destination destroy destroyed destroying detailed details detected detective
determination determine determined develop developed developer developing development developments develops diabetes
diagram diamond diamonds dictionary difference differences different differently difficult digital dimension
dimensions dinosaur diploma diplomat directed directing direction directions directive directly directors directory
disability disabled disappear disappeared disappointed disappointing disastrous discipline discovered discrete
discussed dislike display displayed displays dispute disputed disputes distance distinct distributed diverse division
divisions doctors document documented documents does dollars dolphins donation donations doubled doubles download
downstairs dressed dynamic dynamics earthquake eastern eclipse economy ecosystem editors educate educated effective
effectively effects efficient elderly elected election elections electric electrical electricity electron electronic
electronics elegant element elements elephant elevator eliminate eliminated embarrassed embarrassing embarrassment
embassy emergency eminent emission emissions emotion emotions employed employer employment encoding encounter
encountered encounters encourage encouraged encouraging enemies energetic engagement engineering engines english
enjoyed enormous entered entering entertainment enthusiasm enthusiastic entirely entrance entrepreneur envelope
environment environments epidemic equally equation equations equipment equivalent escaped especially establish
established establishing estates estimate estimated estimates evaluate eventual eventually everyday everyone
everything evidence evolution exactly examination excellent exception exceptions exchange exchanged excitement execute
executed execution executive exhaust exhausted exhibit exhibited exhibits existence expectation expectations expected
expecting experience experienced experiences experiment experiments explain explained explaining explains explanation
explicit explode exploded exploit exploration explore explored exploring explosion exposed express expressed
expression expressions extended extending extends extension extensive extensively extinct extract extreme extremely
eyebrow eyebrows facilities facility factories factory failure families fantastic fascinating fatigue favorite feature
featured features featuring federal feedback fertile festival festivals fifteen fighter fighters fighting figured
figures finally financial finished finishing flashlight flowering flowers football forehead foreign forests formally
formats formerly formula fortune fossils foundation foundations fountain fragment fragments framework freedom
freelance frequency frequent frequently freshwater friendly frustrated function functional functions fundamental
funeral furious furniture gardens gateway gathered general generally generals generate generated generating generation
generations generator generous genetic genuine geography geometry gesture gestured girlfriend glacier glanced
goalkeeper government governments grammar grandfather grandma grandmother grandpa graphic graphics grateful graveyard
gravity greatly greenhouse grocery grounds guarantee guidance guitars gymnasium gymnastics hallway handful handsome
happened happening happily harmful harvest have headache headline heartbeat heavily helicopter helpful heritage
hesitate hesitated hierarchy highest highlight highlighted highlights highway highways himself history hopeful
hopefully horizon hormone horrible hospital hospitals household households however humidity humorous hundred hundreds
hurricane husband hydrogen identify identity ignored ignoring illegal illegally illness imagination imagine imagined
immediate immediately immigrant immigrants immigration impatient implement implemented important impress impressed
impression impressive improve improved improvement improvements improving incident incidents inclined include included
including incorrect increase increased increases increasing increasingly incredible independence independent
independently indicate indicates individual individuals industrial industries industry infection infectious infinite
inflation influence influenced influences informal information ingredients inheritance initial initially injection
innocent innovation inquiry insisted inspire inspired instance instantly instead instinct institute institution
institutions instruction instructions instructor instrument instruments insurance integer integrate integrated
integration intelligence intelligent intended intense intention intentions interact interaction interactions interest
interested interesting interface interfere intermediate internal international internationally internet interpret
interpreted interrupt interrupted interval interview interviewed interviews introduce introduced introducing
introduction invaded invasion invention invested investigate investigated investigating investigation investigations
investment investments investor investors invisible invitation invited involve involved involves involving irregular
irrigation islands javascript jealous jewelry joining journal journalist journalists journals journey judgment jumping
justice justify keyboard keyboards kindergarten kitchen knowing knowledge kubernetes laboratory landlord landscape
language languages lantern largely latitude laughed laughing laundry leadership leagues lecture lectures lengths
leopard liaison liberal liberty librarian library lieutenant lifestyle lifetime lighter lighting lightly limited
listened listening literature locally located logical logistics lowered loyalty luggage machine machinery machines
magazine magazines magnetic maintain maintained maintaining maintains maintenance majority management maneuver
manufacture manufactured manufacturer manufacturing marathon marched marching marketed marketing markets marriage
mathematics maximum meanwhile measure measured measurement measurements measures measuring mechanic mechanical
mechanics medicine medieval meetings members membership memories mention mentioned mentions merchant merchants
metabolism microphone microwave midnight migration millennium mineral miniature minimize minority miracle mission
missions mistake mixture moderate moisture molecule molecules moments monarchy monitor monitoring monthly moreover
morning motivation motorcycle mountain mountains mounted movement movements multiple murdered murders museums mushroom
musical musician musicians mysterious narrative narrowed narrowly natural naturally nearest necessarily necessary
necessity necklace needing negative negotiate neighbor neighborhood neighborhoods neighboring neighbors nervous
network networks newspaper newspapers nickname nicknamed nightmare nitrogen nominated normally northern notebook
noticeable noticed november nowadays nowhere nuclear numbered numbers numerous nursery nursing nutrition observation
observations observe observed obstacle obtained obtaining obvious obviously occasion occasional occasionally occasions
occupation occurred occurrence offense offensive offered offering officer official officially officials ongoing
operate operated operates operating operation operations operator operators opinion opinions opportunities opportunity
opposed opposing opposite optimal optional options orchestra ordered ordering ordinary organic organism organisms
organization organizations organize organized organizing orientation original originally otherwise ourselves outcome
outlets outside outstanding overall overnight package packaging paradise parallel parameter parameters parliament
partially participant participants participate participated participating particle particles particular particularly
partition partnership passenger passengers passionate passive passport patience pavement payload payment payments
peaceful pedestrian penalty peninsula pension peoples percentage perception perfectly performance performances perfume
perhaps periods permanent permanently permission personal personally personnel perspective persuade persuaded petition
petroleum pharmacy philosophy photograph photographs physical physically physician physicians picture pictures
pipeline plastic platform platforms playground playwright pleasure politely political politically politician
politicians politics pollution positive possession postgres potassium potential potentially poverty powerful practical
practically practice practiced precious precise precisely predator predict predicted prediction preference preferred
pregnancy pregnant prejudice premium preparation prepare prepared preparing presence presentation presented preserve
preserved president presidents pressure prevent prevention primarily primary primitive principal principles printer
priority prisoner prisoners privacy private privately privilege probability probable probably problem problems
procedure procedures proceed proceeded proceeds produce produced producer produces producing product production
productions productive productivity products profession professional professionally professionals professor profits
program programs progress promote pronunciation properly properties property proposal proposals protect protected
protecting protection protocol prototype provide provided provides providing psychiatrist psychologist psychology
publication publications publicity publicly publish published publisher publishing punishment purchase purchased
purpose purposes pyramid qualification qualify qualifying qualities quality quantity quarterly question questioned
questioning questions quietly radiation railway railways rainbow rainfall rapidly rational realistic realize realized
realizes realizing reasonable reasons rebuild receive received receives receiving recently recipient recognized
recommend recommendation recommendations recommended records recover recovered recovery rectangular reduced reducing
referee reference references reformed reforms refrigerator regardless regions register registered registration regular
regularly rehearsal rejection related relation relations relationship relationships relative relatively relatives
relaxed released relevant reliable religion religions religious remained remaining remarkable remember remembered
remembering reminder removal removed removing rendered renovation repairs repeated repeatedly replacement replica
reported reportedly reporter represent represented representing represents republic request requested requests
requirement requirements rescued research resemble reservation reserve reserved reserves residence resident
residential residents resignation resistance resolution resource resources respond responded response responses
responsibilities responsibility responsible restaurant restaurants restored restriction restrictions resulted
resulting results resumed retained retirement retreat retrieve retrieved returns revenge revenue reviewed revision
revolution ridiculous romantic roommate rosemary rounded routine runners sacrifice sadness sandwich satisfaction
satisfied satisfy scholarship science sciences scientific scientist scientists screening sculpture sculptures seasonal
seasons seconds secretly secrets secured security segment segments selected selection selfish semester sensitive
sentence sentenced sentences separate separated separately separation sequence sequences seriously service services
session sessions several severely shadows shaking shelter shortage should shoulder shoulders signals signature
significant significantly similarly simultaneously sincere sisters situation situations skeleton societies society
software somebody someday somehow someone something sometime sometimes somewhat somewhere sophisticated sounded
sounding southern sovereign speaker speakers speaking specific specifically sponsor sponsored spontaneous squeeze
squeezed squirrel stadium standard standards statement statements statistics stomach strange strategies strategy
strawberry streets strength strengthen stretch stretched stretching strictly strongly structural stubborn student
students studying subject subjects submarine subscription substitute suburbs succeed succeeded successful successfully
suffered suffering sufficient suffrage suggest suggested suggesting suggestion suggests suitable suitcase sunglasses
sunlight sunrise superhero superior supermarket supervisor support supported supporter supporters supporting supports
suppose supposed supposedly surface surfaces surgeon surgery surprise surprised surprising surprisingly surround
surrounded surrounding surroundings surveillance survive survived surviving susceptible suspect suspected suspended
suspicious sustainable swimming switching swollen symbols sympathy symphony synonym systems targeted teaching
technical technically technician technique techniques technologies technology teenage teenager telephone telescope
television temperature temperatures temples temporarily temporary tendency terminology terrible territories territory
textbook textile texture than that theater their them then theoretical theories therapy therefore these they thirteen
this those thought thoughts thousand thousands threaten threatened threatening threshold tobacco together tomorrow
tornado torture totally touched tourism tourist tourists tournament tournaments towards trading tradition traditional
traditionally traditions tragedy trainer transfer transformation transit translate translated translation translations
transparent transport transportation transported treasure treatment trigger tuition tunnels turbine twelfth twisted
ultimate ultimately umbrella unanimous unclear uncomfortable unconscious undergo underground underneath understand
understanding underwater underwear unemployed unemployment unexpected unfortunately unhappy universe universities
university unknown unlikely unlimited unnecessary unpleasant unusual updated upgrade upgraded uranium usually utility
utilize valuable variable variables variation variations varieties variety various vegetable vegetables vehicle
vehicles vengeance vessels veteran veterans veterinary vicious victims victory viewers villages vineyard violence
virtual virtually visiting vitamin vocabulary volcano volleyball volumes volunteer volunteers vulnerable waitress
wardrobe warehouse warrant warrior warriors waterfall weakness wealthy weapons website websites weekday weekend
welcome welcomed western what wheelchair when where wherever which while whisper whispered whispers whistle wildlife
william williams with without wonderful workers workplace workshop workshops worldwide worried would wounded written
yesterday younger your yourself`.split(/\s+/);
