/**
 * Words with no other word one slip away, as ../spelling.ts counts slips: who types such a neighbour has
 * mistyped this word. A program chose them from everyday words: it left out each that has a neighbour among
 * 274 000 English words, the 20 000 words of the embedding model, or names of programs and packages.
 */
export const SPELT_WORDS =
  `abdomen about abroad absolute absolutely absorb absorbed academic accent accept accepted accepting accident
accommodate accommodation accompany accompanying accomplish accomplished according accordingly account accountant
accounting accounts accuracy accurate achieve achieved achieving acknowledge acknowledged acquaintance acquired across
active actively activities activity actors actress actual actually addition additional additionally address addressed
adequate adrenaline adults advance advanced advances advancing advantage advertisement advertising advice affect
affected affordable afraid after afternoon again against agencies agency aggressive agreed airline airlines airport
album algorithm allowed allowing allows almost along alphabet already also alternate although altogether amateur
amazing amendment among amount amounts analyze anatomy ancient animal announce announced annually answer answered
answering answers anxiety anxious anybody anyone anything anyway anywhere apartment apartments apologize apology
apparent apparently appear appearance appearances appeared appearing appears appetite application applications
appointment appreciate approach approached approaching appropriate approve approved area argument arguments army
around arrange arranged arrested arrive arrived arrives arriving artery article articles artificial artist artists
asked asleep aspect aspects assess assigned assignment assist assistant assisted assists association associations
assume assumed assuming assure assured athlete atmosphere atomic attached attack attacked attacking attacks attempt
attempted attempting attempts attendance attention attitude attract attracted attractive attribute attributed audience
audiences august author authored authorities authority authors automatic automatically auxiliary available avenue
average averaged award awarded awards away awkward bachelor back background backup bacteria badminton bakery balance
banana band bankruptcy baptism bargain baseball basement basically basket basketball bathroom beaten beautiful became
because become becomes becoming bedroom been beetle before began beginning begins behave behavior behind being
believed belong belonged belonging beneficial benefit benefits beside besides best better between beyond bicycle
binary biography biology birthday black body boiler book born borrow botany both bother bothered bottom boundaries
boundary breakfast breathe briefly brilliant broken bubble bucket budget buffalo buffer building buildings built
bullet bureau burger butter butterfly button buttons cabinet calcium calculate calculated called came camera cameras
campaign campaigns cancel candidate candidates candle cannot capable capacity capture captured capturing carefully
caring carpenter cascade case categories category cattle cavalry cavity celebrate celebrated cemetery census center
ceramic ceremonies ceremony certainly certificate challenge challenged challenges challenging championship
championships change changed changing chapter chapters character characters charity cheeks cheerful cheese chemical
chicken children chimney chocolate chromosome cigarette cinema circle circles circuit citizen citizens citizenship
city civilization claimed claiming class classic classroom cleared clearly clever climate climbed climbing clinic
close closely closure clothing club cocktail coconut coffee collapse collapsed collar colleague colleagues collection
collections colony colored colors column columns combination combine combined combining come comedy comfort
comfortable comment commented comments commercial commercially commit commitment committed committee committees common
commonly communities community companies comparison compelled compensation competent competition competitions
competitor competitors completely complex complicated component components composed composition compositions compound
compounds compromise concentrate concentrated concentration concept concepts concern concerned concerning concerns
concert concerts conclusion concrete condition conditional conditions conduct confess confidence configuration
conflict conflicts confused confusion conjunction connect connected connecting connection connections connects
conscience conscious consensus consequence consequences conservation consider considered considering considers consist
consisted consistent consistently consisting consists console constant constantly constellation constitution consume
consumed consumer contact contacted contacts contain contained container containing contains content contents context
continent continue continued continuing contribute contributed contributing control controls controversial controversy
convenient conversation conversations conversion converted convince convinced cookies cooperate coordinate copyright
corporate corrected correctly correspondence corrupt costume cotton could council councils counsel counting county
courage court cousin coverage covered covering creative creator creature creatures credit credited credits criminal
crisis criticism criticized crossed crossing crying cuisine cultural culture cultures currency currently curriculum
custom customer customers cycling damage damaged dancing danger dangerous darkness database dating daughter daughters
days deadline deadly dealer death deaths debate decade decent decide decision decisions declaration declared decline
declined decoration dedicated default defeated defeating defend defense define definite definitely definition degree
degrees delicate delicious delight delivered delivery demand demanded demanding democracy demonstrate demonstrated
depart departure depend depending depends deployment deposit deposits depression derivative descend descended
descending describe describing description deserve deserved desire desired desktop desperate desperately despite
destination destroy destroyed destroying detail detailed details detect detected detective determination determine
determined develop developed developer developing development developments develops diabetes diagram diamond diamonds
dictionary diesel differ difference differences different differently difficult digest digital dimension dimensions
dinosaur diploma diplomat direct directed directing direction directions directive directly directors directory
disability disabled disappear disappeared disappointed disappointing disastrous discipline discovered discrete
discussed dishes dislike display displayed displays dispute disputed disputes distance distinct distributed diverse
divide division divisions doctor doctors document documented documents does dollar dollars dolphins domain donation
donations done door double doubled doubles down download downstairs drawer dressed duties dynamic dynamics each early
earthquake easily east eastern eating eclipse economy ecosystem editor editors educate educated effect effective
effectively effects efficient eighth elderly elected election elections electric electrical electricity electron
electronic electronics elegant element elements elephant elevator eliminate eliminated embarrassed embarrassing
embarrassment embassy emergency eminent emission emissions emotion emotions empire employ employed employer employment
encoding encounter encountered encounters encourage encouraged encouraging ending enemies energetic energy engagement
engine engineering engines english enjoyed enormous enough entered entering entertainment enthusiasm enthusiastic
entire entirely entrance entrepreneur envelope environment environments enzyme epidemic equally equation equations
equipment equivalent escaped especially essays establish established establishing estate estates estimate estimated
estimates ethics evaluate eventual eventually ever every everyday everyone everything evidence evolution exactly
examination exceed excellent except exception exceptions excess exchange exchanged excitement excuse execute executed
execution executive exhaust exhausted exhibit exhibited exhibits existence exotic expand expect expectation
expectations expected expecting experience experienced experiences experiment experiments explain explained explaining
explains explanation explicit explode exploded exploit exploration explore explored exploring explosion export expose
exposed express expressed expression expressions extend extended extending extends extension extensive extensively
extent extinct extract extreme extremely eyebrow eyebrows eyes fabric face facilities facility factor factories
factory failure families family famous fantastic fascinating father fatigue favorite feature featured features
featuring federal feedback feel feet felt fertile festival festivals fields fifteen fighter fighters fighting figure
figured figures final finally finals financial find finished finishing fire firmly five flashlight flower flowering
flowers follow football force forced forehead foreign forests forget formal formally format formats former formerly
formula fortune fossil fossils found foundation foundations fountain four fragment fragments framework freedom
freelance french frequency frequent frequently freshwater friendly front frozen frustrated full function functional
functions fundamental funeral furious furniture future galaxy game garage garden gardens gateway gathered gave general
generally generals generate generated generating generation generations generator generous genetic gentle genuine
geography geometry german gesture gestured ginger girlfriend give given giving glacier glanced global goalkeeper going
golden good gospel government governments grammar grandfather grandma grandmother grandpa graphic graphics grateful
graveyard gravity great greatly greenhouse grocery grounds group groups growth guarantee guidance guilty guitar
guitars gymnasium gymnastics half hall hallway hammer hand handful handle hands handsome happen happened happening
happily hard harmful harvest have having hazard headache headline heart heartbeat heavily held helicopter helmet help
helpful here heritage hesitate hesitated hidden hiding hierarchy high highest highlight highlighted highlights highly
highway highways hiking himself history holder hollow home honest hopeful hopefully horizon hormone horrible horror
hospital hospitals house household households however human humble humidity humorous hundred hundreds hungry hurricane
husband hydrogen identify identity ignore ignored ignoring illegal illegally illness images imagination imagine
imagined immediate immediately immigrant immigrants immigration immune impact impatient implement implemented
important impress impressed impression impressive improve improved improvement improvements improving incident
incidents inclined include included including income incorrect increase increased increases increasing increasingly
incredible indeed independence independent independently indicate indicates individual individuals indoor industrial
industries industry infant infection infectious infinite inflation influence influenced influences inform informal
information ingredients inheritance initial initially injection injury innocent innovation inquiry inside insist
insisted inspire inspired instance instantly instead instinct institute institution institutions instruction
instructions instructor instrument instruments insult insurance integer integrate integrated integration intelligence
intelligent intend intended intense intention intentions interact interaction interactions interest interested
interesting interface interfere intermediate internal international internationally internet interpret interpreted
interrupt interrupted interval interview interviewed interviews into introduce introduced introducing introduction
invade invaded invasion invention invest invested investigate investigated investigating investigation investigations
investment investments investor investors invisible invitation invited involve involved involves involving irregular
irrigation island islands issued issues itself jacket james javascript jealous jewelry john joined joining journal
journalist journalists journals journey judges judgment jumping jungle junior just justice justify karate keep keeper
keyboard keyboards kicked kidney killer kindergarten king kitchen kitten knew know knowing knowledge known kubernetes
laboratory land landlord landscape language languages lantern laptop large largely last late lately latitude laughed
laughing laundry layout lead leadership league leagues least lecture lectures left legend length lengths leopard
lesson letter level liaison liberal liberty librarian library lieutenant life lifestyle lifetime light lighter
lighting lightly lights like likely limited limits line liquid listen listened listening literature little live living
local locally locate located locked locker logical logistics lonely long look lost love lowered loyalty luggage lumber
luxury machine machinery machines made magazine magazines magnetic main maintain maintained maintaining maintains
maintenance major majority make makeup making management maneuver manner manufacture manufactured manufacturer
manufacturing many marathon marcel march marched marching marked market marketed marketing markets marriage
mathematics matrix mature maximum meanwhile measure measured measurement measurements measures measuring mechanic
mechanical mechanics median medicine medieval medium meetings melody member members membership memories memory mention
mentioned mentions merchant merchants metabolism method microphone microwave middle midnight might mighty migration
millennium mind mineral miniature minimize minority minute miracle mirror misery mission missions mistake mixing
mixture moderate modern module moisture molecule molecules moment moments monarchy monitor monitoring monthly more
moreover morning mosque most mother motion motivation motive motorcycle mountain mountains mounted movement movements
much multiple murder murdered murders muscle museum museums mushroom music musical musician musicians must mutual
mysterious name named narrative narrow narrowed narrowly nation natural naturally nature near nearby nearest nearly
neatly necessarily necessary necessity necklace need needing negative negotiate neighbor neighborhood neighborhoods
neighboring neighbors nephew nervous network networks never newspaper newspapers next nickname nicknamed night
nightmare nitrogen nobody nominated normal normally north northern notebook notice noticeable noticed november
nowadays nowhere nuclear number numbered numbers numerous nursery nursing nutrition observation observations observe
observed obstacle obtain obtained obtaining obvious obviously occasion occasional occasionally occasions occupation
occupy occurred occurrence occurs offense offensive offered offering offers officer official officially officials
offset often once ongoing online only open opened opener openly operate operated operates operating operation
operations operator operators opinion opinions opportunities opportunity oppose opposed opposing opposite optimal
option optional options orange orchestra order ordered ordering orders ordinary organic organism organisms
organization organizations organize organized organizing orientation origin original originally orphan other others
otherwise ourselves outcome outfit outlet outlets output outside outstanding over overall overnight oxygen package
packaging packet paradise parallel parameter parameters park parliament partially participant participants participate
participated participating particle particles particular particularly partition partnership passenger passengers
passionate passive passport patience paused pavement paying payload payment payments peaceful peaked pedestrian
penalty pencil peninsula pension people peoples percentage perception perfectly performance performances perfume
perhaps period periods permanent permanently permission permit person personal personally personnel perspective
persuade persuaded petition petrol petroleum pharmacy philosophy photograph photographs physical physically physician
physicians pickup picnic picture pictures pieces pigeon pipeline place plastic platform platforms playground
playwright pleasure plenty plural pocket poetry point police polish polite politely political politically politician
politicians politics pollution positive possession postgres potassium potential potentially poverty power powerful
practical practically practice practiced precious precise precisely predator predict predicted prediction prefer
preference preferred prefix pregnancy pregnant prejudice premium preparation prepare prepared preparing presence
presentation presented preserve preserved president presidents pressure prevent prevention primarily primary primitive
principal principles printer priority prisoner prisoners privacy private privately privilege probability probable
probably problem problems procedure procedures proceed proceeded proceeds produce produced producer produces producing
product production productions productive productivity products profession professional professionally professionals
professor profit profits program programs progress promote pronunciation proper properly properties property proposal
proposals protect protected protecting protection protocol prototype proved provide provided provides providing
psychiatrist psychologist psychology publication publications publicity publicly publish published publisher
publishing punish punishment purchase purchased purely purple purpose purposes pushed puzzle pyramid python
qualification qualify qualifying qualities quality quantity quarterly question questioned questioning questions
quietly rabbit racing radiation radio radius railway railways rainbow rainfall random rapidly rarely rational reader
realistic realize realized realizes realizing reason reasonable reasons rebuild receive received receives receiving
recent recently recipe recipient recognized recommend recommendation recommendations recommended record records
recover recovered recovery rectangular reduce reduced reducing referee reference references reform reformed reforms
refrigerator regard regardless region regions register registered registration regular regularly rehearsal rejection
related relation relations relationship relationships relative relatively relatives relaxed released relevant reliable
relief religion religions religious remained remaining remarkable remember remembered remembering remind reminder
remote removal remove removed removing render rendered renovation repair repairs repeat repeated repeatedly
replacement replica reported reportedly reporter represent represented representing represents republic request
requested requests requirement requirements rescue rescued research resemble reservation reserve reserved reserves
residence resident residential residents resignation resistance resolution resort resource resources respond responded
response responses responsibilities responsibility responsible restaurant restaurants restored restriction
restrictions result resulted resulting results resume resumed retain retained retirement retreat retrieve retrieved
return returns revenge revenue review reviewed revision revolution reward rhythm ribbon ridiculous right rights rising
river road rocket role rolled romantic room roommate rosemary rotten round rounded routine royal rubber runner runners
rushed sacrifice saddle sadness safely safety said sailor salary same sample sandwich satisfaction satisfied satisfy
saving scheme scholarship science sciences scientific scientist scientists screen screening script scroll sculpture
sculptures search season seasonal seasons second seconds secret secretly secrets secure secured security seen segment
segments seldom select selected selection selfish semester sensitive sentence sentenced sentences separate separated
separately separation sequel sequence sequences seriously service services session sessions settle several severe
severely shadow shadows shaking shaped shares shelter short shortage should shoulder shoulders show side sighed signal
signals signature significant significantly similarly simple simply simultaneously since sincere sister sisters
situation situations skeleton sketch skiing sleeve slowly small soccer social societies society sodium software some
somebody someday somehow someone something sometime sometimes somewhat somewhere soon sophisticated sounded sounding
sounds south southern sovereign speaker speakers speaking specific specifically speech sponsor sponsored spontaneous
square squeeze squeezed squirrel stadium standard standards state statement statements static statistics steady sticky
stomach strange strategies strategy strawberry street streets strength strengthen stress stretch stretched stretching
strict strictly strike strongly structural stubborn student students studio studying stupid subject subjects submarine
submit subscription substitute suburb suburbs subway succeed succeeded successful successfully such sudden suffer
suffered suffering sufficient suffix suffrage suggest suggested suggesting suggestion suggests suitable suitcase
summer sunglasses sunlight sunrise sunset superhero superior supermarket supervisor supply support supported supporter
supporters supporting supports suppose supposed supposedly sure surface surfaces surgeon surgery surprise surprised
surprising surprisingly surround surrounded surrounding surroundings surveillance survey survive survived surviving
susceptible suspect suspected suspended suspicious sustainable swimming switching swollen symbol symbols sympathy
symphony synonym system systems tablet take taken taking talked target targeted tattoo teaching team technical
technically technician technique techniques technologies technology teenage teenager telephone telescope television
tell temperature temperatures temple temples temporarily temporary tenant tendency tender tennis terminology terrible
territories territory terror textbook textile texture than that theater their them then theoretical theories theory
therapy therefore these thesis they thing think thirteen thirty this those thought thoughts thousand thousands
threaten threatened threatening threshold ticket time times tissue tobacco together toilet told tomorrow took tornado
torture total totally touched tourism tourist tourists tournament tournaments toward towards town trading tradition
traditional traditionally traditions tragedy trainer transfer transformation transit translate translated translation
translations transparent transport transportation transported travel treasure treatment treaty trigger troops tuition
tunnel tunnels turbine turkey turtle twelfth twelve twisted ubuntu ultimate ultimately umbrella unanimous unclear
uncomfortable unconscious under undergo underground underneath understand understanding underwater underwear uneasy
unemployed unemployment unexpected unfair unfortunately unhappy union unique universe universities university unknown
unless unlike unlikely unlimited unnecessary unpleasant until unusual update updated upgrade upgraded upon upward
uranium used useful using usually utility utilize vacuum valley valuable variable variables variation variations
varieties variety various vector vegetable vegetables vehicle vehicles velvet vengeance verbal versus very vessel
vessels veteran veterans veterinary viable vicious victim victims victory videos viewer viewers villages vineyard
violence violin virtual virtually visiting visual vitamin vocabulary vocals voice volcano volleyball volume volumes
volunteer volunteers voting vulnerable waitress wallet walnut want wardrobe warehouse warmth warrant warrior warriors
waterfall waters weakness wealth wealthy weapon weapons website websites weekday weekend weekly welcome welcomed well
went were west western what wheelchair when where wherever which while whisper whispered whispers whistle white widely
wife wildlife will william williams winner winter wisdom with within without woman women wonder wonderful wooden work
worked worker workers workplace works workshop workshops world worldwide worried worthy would wounded written year
years yellow yesterday york young younger your yourself`.split(/\s+/);
