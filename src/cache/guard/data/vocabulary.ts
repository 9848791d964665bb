/**
 * Everyday words of questions, base forms of six letters or more, that a mistyped word may be corrected
 * to; and words that look like a slip of another one, so that they count as known. No names, no
 * technical terms that differ from others by a letter.
 */
export const VOCABULARY: ReadonlySet<string> = new Set(
  `account accept access accident achieve acquire across action active activity actual address adjust advance advantage
advice affect afford afraid against airport album allergy allow almost already always amount analysis analyze
ancient animal annoy announce another answer anxiety anyone apartment appear apple application apply appointment
appreciate approach appropriate approve argument arrange array arrive article assignment assistant attach attack attempt
attention automatic automatically available average avocado avoid awkward background balance banana bandage
bathroom battery beautiful become bedroom before beginner beginning behavior behind believe benefit better
between bicycle birthday biscuit blanket blender bottle bottom bracket branch bread breakfast breathe bridge
brief bright bring broken brother browser budget build business butter button cabinet calculate calendar calorie
camera campaign cancel candidate candle capital captain capture carpet carrot carry category celebrate center
ceremony certain certificate chair challenge change character charge cheap check cheese chemical chicken
children chocolate choose christmas church circle citizen classic clean clear client climate clothes cloud
coffee collect college color column combine comfortable command comment common communicate company compare
compensation competition complain complaint complete complex component compound computer concept concern
condition conference confident configure confirm connect connection consider constant contact contain content
contest continue contract control conversation convert cookie correct cotton cough council country couple course
cousin cover create creative credit crowd culture cupboard curious current curtain customer damage dangerous
database daughter deadline death debate decide decision declare decline decorate decrease default define degree
delay delete deliver delivery demand dentist department depend deposit depression describe description design
desktop dessert destroy detail detect determine develop developer development device dialog dictionary difference
different difficult digital dinner direct direction directory disadvantage disappear discount discover discuss
disease display distance divide divorce doctor document dollar double download dozen dragon drawer driver
driving duplicate during easily economy education effect effective efficient either election electric
electrician electricity element elephant email embarrass emergency emotion employee employer encourage energy
engine engineer enough ensure entire entrance environment equal equipment error escape especially essay estimate
evening event everyone everything exactly example excellent except exchange excite exercise exist expect
expense expensive experience experiment explain explore export expression extension extra fabric failure
family famous farmer feature federal feedback festival fiction figure finance financial finish firewall flavor
flight flower folder follow foreign forest forget format formula fortune forward foundation freedom freeze
frequent fridge friend friendly frozen function funeral furniture future garage garbage garden garlic gather
general generate gentle gesture glasses global government grammar grandfather grandmother grateful gravity
grocery ground guarantee guard guess guest guide guitar happen harvest headache headline health healthy
heavy height helpful highlight history hobby holiday homework honest hospital hotel household housing however
hundred hungry husband identify ignore illegal illness image imagine immediately immigrant import important
impossible improve include income increase independent individual industry inflation influence information
ingredient injury insect inside install instance instead instruction instrument insurance integer interest
interesting internal internet interview introduce introduction invent invest investment invitation invite
invoice island itinerary jacket journal journey judge keyboard kitchen knowledge landlord language laptop
laundry lawyer leader learn leather lecture lemon length lesson letter level library license liquid list
listen little local location logical lonely luggage lunch machine magazine maintain maintenance manage
manager manual marathon market marketing marriage material mathematics matter meaning measure medical
medicine meeting member memory mention merchant message method microwave middle million minute mirror mistake
mixture modern moment money monitor monthly morning mortgage mother motivate mountain movement multiple multiply
muscle museum mushroom music narrow nation natural nature necessary neighbor neighborhood nervous network
neutral newspaper nominate normal northern notebook notice number nutrition object occasion occur ocean offer
office official often onion online opening operate operation opinion opportunity opposite option orange order
organic organize origin original outdoor outside oven owner package paint paper paragraph parent parking
participate particular partner party passenger passport password pasta patient pattern payment peanut pencil
pension people pepper percent perfect perform period permanent permission permit person personal phone
photograph photosynthesis phrase physical physician picture pizza place plane planet planning plant plastic plate platform
player please plenty plumber pocket police policy political pollution popular population portion position
positive possible potato potential practical practice prefer pregnant prepare present president pressure pretty
prevent previous price primary print printer priority prison privacy private probability probably problem
process produce product profession professional professor profile profit program programming project promise
promote pronounce property protect protein provide public publish purchase purple purpose python quality
quantity quarter question quickly quiet quite radiator railway raise random reaction reading ready realize
reason rebuild receipt receive recent recipe recognize recommend record recover recovery recycle reduce
reference refresh refund refuse regular relationship relax release religion remember remind remote remove
renew rental repair repeat replace report repository represent request require research reserve reset
resign resignation resolve resource respect respond response responsible restaurant restore result resume
return reverse review revolution reward rewrite rhythm romantic routine safety salary salmon sample sandwich
satellite scared sacred schedule school science scientific scientist screen script search season second
secret secretary section secure security select sensitive sentence separate sequence serious service session
several shampoo shelter shipping shorten shoulder shower sibling signal signature significant silver similar
simple simply single sister situation skeleton sleeping software soldier solution someone something song
sourdough southern space spaghetti speaker special species specific speech spending spinach spring square stadium
standard station statistics steak stomach storage storm strange strategy strawberry street strength stress
stretch string strong structure student subject subscription substitute success successful sudden suffer
sugar suggest suitable suitcase summarize summary summer supermarket supplement supply support surface
surgery surprise survey survive sweater swimming switch symptom system table tablet talent target teacher
teenager telephone television temperature temporary tenant terminal terrible theater theory therapy thermometer
thirty thousand through ticket together toilet tomato tomorrow tongue toothbrush toothpaste tourist towel
traffic train trainer transfer translate transport travel treatment trouble trousers tunnel turkey typical
umbrella uncle understand unemployment uniform universe university unusual update upgrade urgent useful
usually vaccine vacation vacuum valley valuable variable variety vegetable vegetarian vehicle verify version
victim village vinegar violin virtual visible visitor vitamin vocabulary voltage volume volunteer warranty
washing water weather website wedding weekend weight welcome western wheel whether whisper window winter
without woman wonder wooden workout worker world worry writer writing yellow yesterday yogurt
activate deactivate completely technician vaccination recommend recommendation install uninstall virtual environment
apartment certificate comfortable communicate community compress concentrate conclusion congratulate consequence
container contribute convenient cooperate coordinate cupcake curriculum decoration dehydrate delicious democracy
demonstrate describe dessert dictionary dishwasher disinfect eliminate encourage engagement enthusiastic equivalent
eventually excited executable expectation explanation fantastic fertilizer frequently generation graduate graduation
hamburger headphone hamster hydration illustrate imagination immediate implement impression improvement incredible
indicate ingredient inspection installation instruction intelligent introduce investigate itinerary kilometer
laboratory language leadership lightbulb lightning literature logistics magnesium maintenance management meditation
membership memorize microphone minister miscellaneous mosquito motivation motorcycle multiplication navigate negotiate
neighbour nutritious observation obviously occasionally optimize ordinary organization organizer painkiller pancake
parallel passionate pedestrian percentage performance permanently pharmacy photography pineapple playground pomegranate
possibility preparation presentation pregnancy preferably prescription previously printing privilege procedure
productive productivity professionally pronunciation protection psychology publisher punctuation purchase qualification
quarterly questionnaire raspberry recipe recommend rectangle refrigerator registration regulation relationship relative
remember replacement reputation requirement responsibility retirement rhinoceros sandwich satisfaction schedule
screenshot separately significantly simultaneously situation skateboard smartphone socialize solution specifically
spreadsheet stapler statement stereotype straightforward strawberry subscribe subscription successfully sufficient
suggestion sunglasses superhero surveillance sustainable swimming symptom synchronize telescope temperature temporarily
terminology therapist thermostat threshold tournament traditional transaction transcript transformation translation
transparent transportation triangle tutorial typically unfortunately unnecessary vaccinate vegetarian ventilation
veterinarian volleyball volunteer vulnerable warehouse waterfall weakness wheelchair wildlife windshield workplace
worldwide yesterday zucchini argument constructor iterate iteration compile compiler repository commit recursive
recursion algorithm interface inheritance exception callback asynchronous synchronous middleware endpoint authentication
authorization encryption deployment component template dependency asparagus broccoli cauliflower cinnamon cucumber
blueberry cranberry avocado mayonnaise vinaigrette marinade marinate caramelize simmer
barely barley reserve reverse sliver silver compliant complaint conservation conversation calvary cavalry coral corral
collage college expect except infect inflect inulin insulin thiamin pedal petal stake steak michel michael marcel marcello
gabriel gabriele daniel daniela brain brian artist artiste locale morale sewage sewerage
angel angle board broad casual causal coarse coast costal coastal carrier career dairy diary desert diner
diverse divers adverse averse later latter marital martial planed planned quite quiet quit striped stripped
staring starring trail trial unclear nuclear united untied comma coma latte breath bathe bath breathe clothe
cloth personnel personal principle principal moral morale lose loose chose discrete discreet complement
compliment stationary stationery council counsel device devise envelope envelop prostate prostrate prescribe
proscribe precede proceed elicit illicit adopt adapt adept access excess assess emigrate immigrate eminent
imminent human humane local locale rational rationale sever severe super supper tinny tiny write writ
barred bared caned canned filed filled hoped hopped mated matted moped mopped pined pinned rated ratted
scared scarred taped tapped tuned tunned wined winned cannon canon desserts caret carat carrot pallet palate
palette bellow below allusion illusion baron barren boarder border canvas canvass cannot
sightseeing semantic somatic thorough through though tough trough weather whether wether`
    .split(/\s+/)
    .filter((text) => text.length > 3),
);
