/**
 * Words that may stand for each other in any question without changing its answer. One group a line,
 * base forms; a word is in one group only. What is only sometimes the same (big/great, say/tell,
 * house/home, test/exam), opposites, degrees, names, and terms of a trade do not belong here.
 */
const GROUPS = `
delete remove eliminate
directory folder
fast quick rapid speedy
faster quicker
fastest quickest
quickly rapidly
completely fully entirely totally
big large
bigger larger
biggest largest
buy purchase
begin start commence
picture photo photograph image
car automobile
doctor physician
movie film
kid child
fix repair mend resolve
cheap inexpensive affordable
help assist
main primary major
advantage benefit upside
disadvantage drawback downside
tip advice suggestion
reason cause
use utilize
rewrite rephrase reword rework
suggest recommend propose
kind type
choose select
issue problem trouble
allow permit let
need require necessary
answer reply respond response
hard difficult
happen occur
get obtain acquire
whole entire
infant baby
teenager teen adolescent
pain ache hurt
sick ill unwell
medicine medication
painkiller analgesic
shop store
lorry truck
petrol gasoline
rubbish garbage trash
pavement sidewalk
sofa couch
aubergine eggplant
courgette zucchini
lawyer attorney
country nation
dad father
mom mother
grandma grandmother
grandpa grandfather
speak talk
finish complete
improve enhance
increase raise boost
reduce decrease
prevent avoid
protect safeguard
forbid prohibit ban
legal lawful
illegal unlawful
method technique
way manner
often frequently
easy simple
easier simpler
easiest simplest
usually typically normally generally commonly
currently presently
immediately instantly
suitable appropriate
wrong incorrect
strange weird
scared afraid
happy glad
thaw defrost
enable turn_on
disable turn_off
wool woolen
wood wooden
sad unhappy
clever smart intelligent
wealthy rich
famous renowned
dangerous hazardous risky
tasty delicious
substitute replacement alternative
polite courteous
politely courteously
configure setup
restart reboot
repository repo
config configuration
info information
app application
admin administrator
spec specification
documentation doc
math maths
lab laboratory
fridge refrigerator
phone telephone
bike bicycle
plane airplane
tv television
ad advertisement advert
vet veterinarian
price cost
near nearby
loud noisy
quiet silent
quietly silently
mainly mostly primarily
maybe perhaps
each every
everyone everybody
someone somebody person
anyone anybody
additional extra
many numerous
enough sufficient
nearly almost
trip journey
explain describe
create make generate
remember memorize
calculate compute work_out
contain include
remain stay
merge combine
check verify
attempt try
own possess
inhabitant resident
inhabit populate
discover find_out
purpose goal aim objective
task chore
beautiful pretty lovely
humorous funny
amusing entertaining
joyful cheerful
difference distinction
differ vary
important significant crucial
essential vital
staff personnel
company firm
employee worker
boss supervisor
coworker colleague
customer client
pal buddy
wed marry
dead deceased
die perish
fabric textile
gadget device
beverage drink
dinner supper
snack nibble
jumper sweater
curtain drape
faucet tap
luggage baggage
railway railroad
subway underground metro
hotel lodging
beach seaside
woods forest
earthquake quake
storm tempest
disease illness
pregnant expecting
weary tired
sleepy drowsy
dizzy lightheaded
belly tummy
flu influenza
vaccine vaccination
toxic poisonous
harmful damaging detrimental
healthy nutritious
exercise workout
conserve economize
loan borrowing
tenant renter
contract agreement
send dispatch
arrive reach
stop halt cease
carry_on continue
alter modify edit
adjust tweak
transform convert
gather collect
accumulate amass
split separate
connect link
attach fasten
disconnect unlink
find locate
hear overhear
understand comprehend grasp
teach instruct
demonstrate illustrate
shout yell
whisper murmur
ask inquire
beg plead
demand insist
refuse decline reject
promise pledge
worry fret
annoy irritate bother
annoyed irritated
calm soothe
relax unwind
hate detest
fear dread
wish desire
guess estimate
depend rely
win triumph
destroy demolish
damage harm
burn scorch
scrub scour
tidy neat
dirty filthy
smell odor scent
correct accurate
error mistake
slow sluggish
empty vacant
various diverse
advanced sophisticated
complicated complex
obvious evident
common widespread
typical usual
huge enormous gigantic
tiny minuscule
broad wide
recently lately
soon shortly
formerly previously
slogan tagline
essay composition
draft compose
summarize recap
overview summary
highlight emphasize
notify inform
cautious careful
carefully cautiously
rude impolite
brave courageous
lucky fortunate
messy untidy
pharmacy drugstore
cop policeman
roommate flatmate housemate
postcode zipcode
bicyclist cyclist
pedestrian walker
windscreen windshield
nappy diaper
headmaster headteacher
handwriting penmanship
shorten abridge
lengthen prolong
enlarge magnify
widen broaden
strengthen reinforce
weaken undermine
accomplish achieve attain
aspire strive
forecast predict
forgive pardon
congratulate felicitate
vanish disappear
sweat perspire
itch itchiness
nausea queasiness
nauseous queasy
insomnia sleeplessness
peaceful tranquil
bunny rabbit
dishcloth dishrag
glue adhesive
spanner wrench
coast shore
crossroads intersection
sculpture statue
see view
gift present
run execute
exit quit
item element
unclog unblock
bucket pail
hoover vacuum
stroller pushchair
garbanzo chickpea
capsicum bell_pepper
scallion spring_onion
veggie vegetable
acetaminophen paracetamol
adrenaline epinephrine
clavicle collarbone
patella kneecap
trachea windpipe
scapula shoulder_blade
pertussis whooping_cough
conjunctivitis pink_eye
hypertension high_blood_pressure
hypotension low_blood_pressure
varicella chickenpox
vomit puke
faint swoon
bruise contusion
menstruation menses
tiredness fatigue
overseas abroad
departure leaving
motorbike motorcycle
timetable schedule
doctorate phd
param parameter
arg argument
db database
env environment
var variable
func function
int integer
str string
bool boolean
char character
regexp regex
lib library
dict dictionary
msg message
btn button
prod production
async asynchronous
sync synchronize
newline line_break
postpone defer
repay pay_back
quotation quote
chart graph
screenshot screengrab
text_message sms
useful helpful
useless pointless
previous prior
exactly precisely
suddenly abruptly
rarely seldom
sometimes occasionally
especially particularly
therefore thus hence
people folk
grandkid grandchild
pensioner retiree
author writer
cab taxi
cockroach roach
story tale
amount quantity
phase stage
requirement prerequisite
result outcome
significance importance
effect affect impact influence
risk danger hazard
beat defeat
depart leave
move relocate
throw toss
jump leap
eat consume
sew stitch
grow cultivate
hide conceal
reveal disclose
examine inspect
arrange organize
exclude omit
register signup
throb pulsate
soak drench
soaked drenched
cellphone mobile_phone
eyeglasses spectacles
dentures false_teeth
sunburned sunburnt
swollen puffy
vaccinate immunize inoculate
contraception birth_control
obese corpulent
physiotherapist physical_therapist
physiotherapy physical_therapy
undertaker mortician
hairdresser hairstylist
salesman salesperson
spokesman spokesperson
fireman firefighter
mailman postman
chairman chairperson
detective sleuth
innocent blameless
murderer killer
landlord lessor
mortgage home_loan
profitable lucrative
voucher coupon
vendor seller
shopper buyer
warehouse storehouse
astonished amazed
terrified petrified
furious enraged
gloomy dismal
grumpy grouchy
jealous envious
stubborn obstinate
generous charitable
greedy avaricious
honest truthful
dishonest deceitful
shy bashful
talkative chatty
exciting thrilling
awful terrible horrible dreadful
excellent superb outstanding
wonderful marvelous fantastic
fragile breakable
flexible pliable
sturdy robust
slippery slick
sticky gooey
fluffy downy
shiny glossy
humid muggy
chilly nippy
freezing frigid
scorching sweltering
windy breezy
stout portly
bald hairless
blind sightless
ancestor forebear forefather
tribe clan
treaty pact
revolt rebellion uprising
explorer voyager
colonist settler
tornado twister
prairie grassland
telescope spyglass
evaporate vaporize
ponder contemplate
recollect recall
acknowledge concede
persuade convince
encourage hearten
scold reprimand
praise commend
tease taunt
escape flee
chase pursue
squeeze squash
scratch scrape
loosen slacken
extinguish put_out
refill replenish
spill slop
flood inundate
sprinkle strew
chewy leathery
salty saline
spicy piquant
rotten decayed
edible eatable
inedible uneatable
drinkable potable
close shut
realtor estate_agent
probability chance
`;

const SYNONYMS = new Map<string, string>();
for (const line of GROUPS.split("\n")) {
  const group = line.split(" ").filter((text) => text !== "");
  const [first] = group;
  if (first !== undefined && group.length > 1) for (const text of group) SYNONYMS.set(text, first);
}

/** The group of a base form, or the word itself. */
export const synonymOf = (text: string): string => SYNONYMS.get(text) ?? text;
