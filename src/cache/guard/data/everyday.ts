/**
 * More everyday words that a mistyped word may be meant for, base forms of five letters or more, by
 * field. Whatever real word lies one slip away from one of them must be here too, or in LOOKALIKES.
 */
const BY_FIELD = `
about above abroad absolute absolutely status campus virus census abuse academic accuracy accurate accent acne actor actress actually addition
additional adequate admire admit adult adventure advertise advertisement affordable after afternoon afterward again
agency agree agreement ahead alarm alcohol alert alive alone along aloud alter alternate alternative although altogether
amazing amount amuse anger anger angry ankle annual answer anybody anything anyway anywhere apart apologize apology
arise around arrest arrow aside asleep aspect assess assign assist assume assure attitude attract attractive audience
aunt author authority avenue award aware awful bacon badly bakery bamboo bands barbecue bargain basement basic
basically basin basket beach beans beard beast beaten beauty begin begun behave being belong bench bend beside besides
beyond birth bitter black blade blame blank bleach bleed blind block blond blood board boast boil bold bomb bonus
border boring borrow bother bottle bounce bowel brake brand brave break breast breed brick bride brisk broke bruise
brush bubble bucket buddy buffalo bunch bundle burden burger burglar burning burst bushes cabbage cabin cable cactus
cages calcium calm candy canoe capable capacity carbon career careful carefully careless caring carol castle casual
catch cattle cause caution ceiling celery cell cents cereal chain chalk champion chance channel chaos chapter charity
chart chase chatting cheat cheek cheer cheerful cherry chess chest chew chief chill chimney chips chore church cigarette
cinema circuit civil claim clarify clash class claws cleaner clerk clever click cliff climb clinic clock close closet
cloth clothing clown clumsy coach coast coconut codes coins cold collapse collar colleague collection colony colour
combination comedy comfort coming commercial commit committee commonly commute company comparison compete competitor
complex complicated compose composition compromise concentration concert concrete conduct confess confidence confirmation
conflict confuse confusion congratulations conscious consist consistent constantly construct construction consult
consume consumer contrast conversion convince cooking cookies cooler copper copyright corner corporate corpse
correctly correlation corrupt costume couch could count counter courage court courtesy cover cows coworker crack craft
crash crawl crazy cream creature creator crime criminal crisis criticism criticize crop cross cruel cruise crumb crush
crying crystal cubic cultural cupboards cure curiosity curly currency curriculum curry curve custom cycle cycling daily
dairy dance danger dare darkness dash data date dawn deadly deaf dealer dealing death debt debug decade decent
decision declare decorate deep deeply deer defeat defend defense definite definitely definition delicate delight
delicious demand dense deny depart departure dependent deploy descend deserve desire desk despite destination
detailed detective detergent determination device devote diabetes diabetic diagnose diagnosis diagram diamond diaper
diary diesel digest digestion digit dinosaur diploma direct director dirt dirty disabled disagree disappoint
disappointed disappointing disaster discipline disconnect dishes dishonest dislike dismiss dispute disturb divert
division dizzy dolphin donate donation doors double doubt dough downstairs draft drain drama drank dream dress drift
drill drink drip drive drop drove drown drugs drunk dryer drying dumb during dusty duties eager early earn earth
earthquake easier easily eastern eating edge editor educate educated eight either elbow elderly elect electrical
electricity electron electronic elegant elevator eleven eliminate embarrassed embarrassing employ employment empty
encounter ending enemy energetic enjoy enjoyable enlarge enormous enter entertain entertainment enthusiasm entirely
entry envelope envy equally equation erase erosion erupt escalator establish estate ethics evaluate even eventual ever
every evidence evil evolution evolve exact exam examine examination exceed exception excitement exciting excuse execute
executive exercise exhausted exhaust exhibit existence exotic expand expectation expel expert expire expiry explode
exploit exploration explosion expose express extend extensive extent external extinct extract extreme extremely eyebrow
eyelid faced facility factor factory faint fairly faith false fancy farmer farming fashion fasten father fatigue
faucet fault favor favorite feather feelings fence ferry fertile fetch fever field fierce fifteen fifth fifty fight
fighter files filling filter final finally finding finger firefighter firmly first fishing fitness fixed flame flash
flashlight flavor flexible flies floating flood floor flour flow fluffy fluid flush focus foggy football force forecast
forgive formal former forth forty fossil found founder fountain fraction fracture frame frank fraud freckle freezer
fresh freshwater frog front frost frosting fruit frustrate frustrated frustrating frying fuel fully fundamental funny
furious further galaxy gallery gallon gamble games gamma gaming garlic gasoline gather gene generous genetic genius
genre genuine geography geometry germ getting ghost giant ginger giraffe girlfriend given giving glacier glance glass
global glove glucose gluten goals goat golden goose gorilla gospel grain grams grand grandchild grandma grandpa grant
grape graph graphic grasp grass grate gravel graveyard gravy great greedy green greet greeting greenhouse grief grill
grind groom gross group grow grown growth grudge guess guidance guideline guilty gum gutter gymnastics habit hacker
hairdresser half halloween hallway hammer handbag handful handle handsome handwriting hang hanging happening happily
happiness happy hardly hardware harmful harsh hatch hate haunted hazard heart heartbeat heartburn heater heating heaven
heavily hedge heel height helicopter hello helmet herbs hero hesitate hidden hiding highest highly highway hiking hills
himself hockey holder hollow holy honestly honey honor hopeful hopeless horizon horizontal hormone horn horrible horror
horse hostel hotel hour hourly humble humid humidity humor humorous hunger hunt hurricane hurry hurt hygiene ideal
identity ignorant ignore illegally illusion immune immunity impact impatient impolite import imported impossible
impress impressive improved inch incident inclined included including incorrect incorrectly indeed index indoor
industrial inexpensive infant infect infection infectious infinite inflammation inform informal ingredients inhabit
inherit initial initially inject injection injure injured inner innocent innovation inquiry inside insist inspect
inspire installed instantly instinct institute institution instructor insult insurance intend intense intention
interact interaction intermediate interpret interrupt intestine intimate invade invasion invention inventor investigate
investigation investor invisible involve iron irregular irritate irrigation isolate issue itself itchy janitor jealous
jeans jelly jellyfish jewel jewelry joint joke journal journalist joyful judgment juice juicy jumping jungle junior
jury justice justify kangaroo karate keeper kettle kick kidney killer kind king kitten kneel knee knife knight knitting
knock label labor lack ladder ladies lake lamp landing landscape lantern large largely laser lately later laugh
laughter launch lawn layer lazy leader leaf leaflet leak learning lease leave leaves left legal legally legend lemonade
lend lentil leopard less letter lettuce level liability liberal liberty librarian licence lifestyle lifetime lift light
lighter likely limit limited linen linked lion lips liver living lizard loading loan lobster locate lock locker logic
lonely longer looking loose lose loss lost loud lounge love lovely lover lower loyal loyalty lucky luggage lumber lung
luxury machinery magic magnet magnetic magnify mail main mainly majority makeup mammal manage mango manner manufacture
manufacturer maple march margin marine mark marker married marry marvelous mask massage massive master match mate
mattress mature maximum maybe mayor meal meanwhile measles measurement meat mechanic mechanical medal media medicinal
medium melon melt member memories mental mentally menu mercy merge mess messy metal metaphor method metric midnight
might mighty migraine migrate mild military milk mill mineral minimize minimum minor minority miracle misery mislead
missing mission mist mixed mixing mobile model moderate moisture mold molecule monkey monster month mood moral moreover
mosque moss moth motion motive motor mouse mouth move movie muddy multiplied mumble murder muscle mushrooms musical
musician mustard mutual mystery nails naked named narrate narrative nasty nationality native naturally naughty nausea
nearby nearest nearly neatly necessarily necessity neck necklace needle negative neglect neither nephew nerve nest
never nickname niece night nightmare nine nobody noise noisy none noodle noon normally northern nose notes nothing
notification notify novel nowadays nowhere nuclear numb numbers numerous nurse nursery nursing nuts oatmeal obey obese
obesity observe obstacle obtain obvious occupation occupy occurrence oddly offend offense offensive officer oily okay
olive once ongoing onions only onto opener openly opera operator oppose opposed optimal optimistic option optional
oral ordering orientation original orphan ostrich otherwise ought ounce ourselves outcome outer outfit outlet output
outstanding oval oven overall overcome overnight oversleep overweight owed owl oxygen oyster packaging packet packing
pain painful painting pair palace pale palm panic pants parade paradise parrot parsley parsnip partial partially
participant particularly particle partly partnership pastry patch path patience pattern pause pavement paying payroll
peace peaceful peach peak pear peas pebble peel peep penalty penguin peninsula pepperoni perceive perception perfectly
perfume perhaps permanent persist personality perspective persuade petition petrol phase phone photo photographer
physically physics piano pick pickle pickup picnic piece pigeon piles pillow pilot pimple pine pink pipe pipeline pirate
pitch plain plainly plan plane planner plaster plate playing pleasant pleasure plot plug plunger plural pocket poem poet
poetry point poison poisonous polar pole polish polite politely politician politics pond pool poor popcorn pork port
pose possess possession postcard poster pound pour poverty powder power powerful practically pray prayer precious
precise precisely predator predict prediction prefer preference prefix prejudice premium preserve press pressing
presume pretend prevention prey price pride priest primarily prime prince princess principal print prior prisoner
prize probable problems proceed process producer profit progress prohibit projector prompt proof proper properly
propose proposal prose prospect protein protest proud prove proverb province prune publication publicly publicity pull
pulse pumpkin punch punctual punish punishment puppy pure purely purse push puzzle pyramid qualify queen query quest
queue quickest quit quiz quote rabbit race racing radar radiation radio radius rage rail rain rainbow raincoat raise
ramen range rank rapid rapidly rare rarely rash rate rather ratio rats razor reach react read reader real realistic
reality really rear reasonable rebel recall recession recharge recipient recite recommendation reconcile rectangular
referee referral reflect reflection reform refreshing refrigerate refugee regard regarding regardless region register
regret regularly reject rejection relate related relation relatively relaxed relaxing relevant reliable relief relieve
relocate rely remain remaining remarkable remedy reminder removal rent renting reopen repeatedly replied reply reporter
republic rescue resemble reservation residence resident residential resist resistance resolution resort resources
respectful respectfully rest restless restrict restriction retail retain retire retired retreat retrieve revenge revenue
revise revision revive rhyme ribbon rice rich ride right ring rinse ripe rise risk risky rival river road roast robber
robot rock rocket roll roof room roommate root rope rose rotate rotten rough roughly round route router rover row royal
rubber rubbish rude rugby ruin ruined rule ruler running runner rural rush rust rusty saddle sadness safely sail sailor
salad salesman salt salty sanction sand sandal satisfied satisfy sauce saucepan sausage save saving scale scan scandal
scanner scar scarce scare scarf scary scatter scene scenery scent schedule scheme scholarship scissors scold scoop score
scramble scrambled scrape scratch scream screw screwdriver scroll scrub sculpture seal seasick seasonal seasoning seat
seaweed secondhand seed seek seem seldom select selection selfish sell semester senior sense sensible sentimental
separation sequel series serve server settle setting seven severe sewing shade shadow shake shallow shame shape share
shark sharp sharpen shave shed sheep sheet shelf shell shelves shift shine shiny ship shirt shiver shock shoe shoot shop
shopping shore short shortage shortcut shortly shot should shout show shrimp shrink shrub shrug shut shuttle sick side
sigh sight sign silence silent silk silly simmer simplify simulate since sincere sincerely sing singer single sink sister
site sitting size skeptical sketch skiing skill skin skip skirt skull sleep sleepy sleeve slice slide slight slightly
slim slip slippery slope slow slowly slump small smart smash smell smile smoke smoking smooth smoothly snack snail snake
sneeze sneezing snow soak soap soccer social society sock soda sofa soft softly soil solar solid solve somebody somehow
someday sometime sometimes somewhat somewhere soon sore sorry sort soul sound soup sour source soybean spare spark sparrow
speak spell spelling spend spice spicy spider spill spin spine spiral spirit spit splash split spoil sponge sponsor spoon
sport spot spray spread sprinkle sprout squat squeeze squirrel stab stable stack staff stage stain stair stamp stand
standing star stare start startup starve state statue stay steady steal steam steel steep steer stem step stick sticker
sticky stiff still stimulate sting stir stitch stock stocks stomachache stone stop store stork stove straight straighten
strain strap strap straw stream strengthen stressful stretching strict strictly strike strip stroke stroll structural
struggle stubborn stuck studio study stuff stuffed stumble stupid style submit subway succeed suck suddenly suffix suite
sunburn sunflower sunlight sunny sunrise sunscreen sunset superior supervise supervisor support supporter suppose
supposed surely surf surgeon surprised surprising surround surrounding suspect suspend suspicious swallow swamp swap
swear sweat sweep sweet swell swift swim swing swollen sword syllable symbol sympathy synonym syrup tail tailor take
tale talk tall tangle tank tape tart task taste tasty tattoo taxes taxi teach teaching team tear tease teaspoon
technical technique technology teenage teeth tell temple tempt tend tender tendency tennis tense tension tent term
terrific territory terror test text textbook textile texture thank thankful thanks theft their theme then theoretical
there therefore these thick thief thigh thin thing think thinking third thirsty thirteen thirtieth those though thought
thread threat threaten three thrifty thrive throat throne throw thumb thunder thunderstorm thyme tick tidy tiger tight
tighten timber time timer tiny tire tired tissue title toast tobacco today toddler together toggle token tolerate toll
tone tool tooth topic torch tornado torture total totally touch tough tour tourism tournament toward tower town toxic
track trade trading tradition tragedy trailer training transit transmit transplant trap trash travelling traveler treadmill
treasure treat treaty tree tremble trend tribe trick tricky trip triple troop tropical trouble truck true truly trunk
trust truth tsunami tube tuition tulip tuna tune turbine turn turtle tutor tweezers twelve twenty twice twin twist type
typhoon typing tyre ugly ulcer ultimate ultimately unable unaware unbelievable uncertain uncomfortable unconscious
undergo underground underneath understanding underwater underwear undo uneasy unemployed unexpected unfair unfold
unfriendly unhappy unhealthy union unique unit unite unity university unknown unless unlike unlikely unlimited unlock
unpack unpleasant unplug unsafe unsubscribe until unwanted update upload upper uproot upset upstairs upward urge urine
usage user username utility utilize vague vain valid validate vanilla vanish variation vary vase vegan veggie vein velvet
vendor venture venue verb verbal versus vertical vessel veteran viable vibrate vice victory video view viewer vintage
violate violence violent virus visa vision visit visual vital vivid vocal voice volcano vomit vomiting vote voter wage
wagon waist waiter waiting waitress wake walk walking wallet walnut wander want wardrobe warm warming warmth warn warning
warrior wash waste watch watermelon wave weak weaken wealth wealthy weapon wear weave weed week weekday weekly weigh
weird well western whale wheat wheel when where wherever which while whip whisky whistle white whole whom whose wide
widely widow width wife wild will willing win wind windy wine wing winner winning wipe wire wireless wisdom wise wish
with within witness wolf wonderful wood woods wool word work working workshop workout world worm worried worse worst
worth worthwhile worthy would wound wrap wreck wrinkle wrist write written wrong yard yawn year yeast yell yield yoga
young younger youngster your yourself youth zebra zero zipper zone
abstract adapter admin agile alias allocate analytics append archive argument assertion assign async attribute audit
backend backup bandwidth batch binary boolean bootstrap branches breakpoint buffer build bullet bytes cache caching
calculator cartesian cascade cells charset checkbox checkout checksum child class clause clipboard clone closure cluster
codebase coding column command commits compatible compose compress concatenate conditional configuration conflict
console constant constraint consumer context convert cookie corrupted counter coverage crashes cron cursor daemon dashboard
dataset deadlock debugger debugging decimal declaration decorator decrypt dedicated default deprecated derivative
descending deserialize destructor detach devops dialog digit dimension directive directories disk dispatch distinct
distributed domain download driver dropdown duplicates dynamic echo editor email embed emit emulator encode encoding
encrypt enum environment error evaluate event exclude executable execute execution exit explicit export exponent
expression factorial fallback fetch fibonacci field filename firmware flag float footer foreign format formatting
fragment framework frontend function functional gateway generator global graph group handler hardware hash hashing
header heap hidden homepage hostname icon identifier ignore implicit import increment indent index infinite inherit
initialize inline input insert install instance integer integrate integration interface interpreter interrupt interval
invalid invoke iterate iterator join kernel key keyboard keyword label lambda language latency layout library link linux
listen literal loader local localhost lock logging login logout loop macro malware mapping margin markdown master matrix
median memory merge merging message metadata method microservice migrate migration minify mobile mock modal module
monitor mount multithreading mutable namespace nested network node normalize null nullable numeric object offline
offset opacity operator optimize override package padding panel param parameter parse parser partition password patch
payload performance permission pipeline pivot pixel plugin pointer polygon popup portable primitive privilege procedure
process processor profile programmer promise prompt property protocol prototype provider proxy publish query queue
rebase rebuild recover recursive redirect reduce redundant refactor reference regex register relational release reload
remote render replica replicate repository request reset resize resource restart restore retry reverse revert rollback
root route router runtime sandbox scalar scaling schema scope scraping script scroll secure segment selector semaphore
sequence serialize server session shader shell sidebar simulate slice slider snapshot snippet socket sorting source
spreadsheets sprint stack stage stash statement static storage stream streaming string struct stylesheet submit
submodule subnet subquery subscribe suffix swap switch switching symlink syntax tabs table task template terminal
ternary testing thread threading throttle throughput timeout timestamp toggle token toolbar trace transaction traversal
tree trigger trim truncate tuple tutorial type typing unicode unique update upgrade uptime upload user valid validation
value variable variables vector vendor version viewport virtual visible volume warning wildcard window workflow worksheet
wrapper zip
abdomen absorb acid acute addict addiction adrenaline airline alphabet aluminum amendment anatomy antibiotic antibiotics
antibody anxious appendix appetite appliance apron artery arthritis artificial asthma atmosphere atomic attic auction
bachelor bacteria badminton bankruptcy baptism barber baseball basil basketball bathe bathtub beetle biography biology
blizzard boiler bookcase botany bowling brownie budgeting bulb burrito butcher butterfly calorie canal cancer canyon
carbohydrate cardigan cardio carpenter cartoon cashew cashier cavity ceramic cheddar cheesecake chemistry chickenpox
chickpea cholesterol chromosome citizenship civilization classroom clay climate climbing coaster cocktail colon
concussion condensation conjunction constellation constipation constitution continent cottage coupon crayon cricket
crocodile croissant crossword crown crust cuisine cupcakes dandruff decimal dehydrated dehydration deodorant dermatologist
detergent diarrhea diet dietary digestive dinner diplomat disability dishwashers dizziness document dosage dolphins
drought duvet eclipse ecosystem eczema eggplant electron embassy emission empire enzyme epidemic equator essays estimate
evaporate eyesight fabric fairy fasting ferment fertilize fibre fiction flea flooring floss forehead freelance freelancer
frequency friction fungus garment genre glasses glucose goalkeeper golf grammar granola gravity grocery groceries
gymnasium hamstring handball harvest hedgehog herb heritage hibernate hiccup hiccups highway hydrate hydrogen hyphen iceberg
immigration inflation influenza insulation insulin intern internship iodine irrigate jogging judo kayak keyboard kidneys
kindergarten lactose lasagna latitude laundry lavender lecture leftovers lightning literature longitude lotion
lullaby luggage magnesium mammals manicure marble marinade mascara meatball medication melody menopause metabolism
meteor migraine mineral moisturizer molecule monarchy mortgage mosquito muffin nectar nitrogen noodles noun novel nursery
nutrient nutrients nutrition oatmeal octopus organism oregano origami orchestra overtime oxygen ozone paragraph paramedic
paralegal parliament passive pediatrician peanut pediatric pelvis penicillin percent petroleum pharmacist philosophy
phosphorus photon pigeons pilates planets plumbing pollen pollinate porridge potassium potty poultry pregnancy preposition
president probiotic pronoun prostate protein psychiatrist psychologist pudding puberty punctuation quarantine quinoa radish
ravioli rainfall reflux refund reptile rehearsal renovate renovation republic retina risotto rosemary runny
salmonella sausage savings scallop scooter seafood senate sewer shampoo shingles sibling sinus skincare skyscraper sled
smoothie snoring sodium soybeans spinach sprain spreadsheet steroid stomach strawberries stroller stroller submarine suburb
suffrage sugar sunscreen swelling symphony syllabus tablespoon tablet tariff tenant teriyaki thermal thesis thigh thyroid
tofu tonsil tornado tortilla toxin treaty triangle triathlon tsunami tulips tuna turmeric typhoid ultrasound umbrella
unemployment uranium urinary utensil vaccines vacuuming vein venom verdict vertebra veterinary vineyard viral voltage
vowel waffle warranty wasp weeds whale wheelbarrow wrestling xylophone zinc zodiac
accommodate accommodation accompany accomplish accordingly accountant acknowledge acknowledgment acquaintance acquire
adolescent aggressive amateur apparent apparently appearance arctic assassinate athlete attendance auxiliary bargain
beige believable beneficial besiege biscuits boundary brilliant bureau calendar camouflage cemetery changeable chauffeur
collectible commitment committed compelled competent competition concede conceivable condemn conscience conscientious
consensus controversial controversy correspondence curiosity deceive deficient definite dependent desperate dilemma
disappear disastrous discipline ecstasy eighth embarrass embarrassment entrepreneur exaggerate exceed exhilarate
existence fascinate fascinating fluorescent foreigner forfeit fulfill gauge grammatically guarantee guard harass
hierarchy humorous hypocrisy hypothesis idiosyncrasy immediately incidentally independence indispensable inoculate
intelligence interfere irrelevant irresistible knowledgeable leisure liaison license lieutenant liquefy lose
maintenance maneuver medieval memento millennium miniature minuscule mischievous misspell misspelled mysterious neighbour
noticeable occasional occurred omission opportunity originally parallel pastime perceive perseverance personnel
playwright possession precede preceding preferred prejudice presence proceed pronounce psychology publicly quarantine
questionnaire receipt recommend reference referred relevant religious repetition resistance restaurant rhythm ridiculous
sacrifice scissors seize sensible separate siege similarly skilful sophisticated souvenir sovereign spontaneous stubborn
succeed supersede surprise surveillance susceptible technique tendency thorough tomorrow tragedy truly twelfth tyranny
underrated unanimous unnecessary upholstery usually vacuum vengeance vicious warrant weird wholly yacht yield
`;

export const EVERYDAY: ReadonlySet<string> = new Set(
  BY_FIELD.split(/\s+/).filter((text) => text.length > 3),
);
