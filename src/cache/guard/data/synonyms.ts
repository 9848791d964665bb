/**
 * Words that may stand for each other in any question without changing its answer. One group a line,
 * base forms; a word is in one group only. What is only sometimes the same (big/great, say/tell,
 * house/home, test/exam), opposites, degrees, names, and terms of a trade do not belong here.
 */
const GROUPS = `
delete remove erase
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
help assist aid
main chief primary principal major
advantage benefit pro upside
disadvantage drawback con downside
tip advice pointer suggestion
reason cause
show display
use utilize
rewrite rephrase reword rework
suggest recommend propose
kind type
choose select pick
issue problem trouble
allow permit let
need require necessary
answer reply respond response
hard difficult tough
happen occur
get obtain acquire
whole entire
screen monitor
infant baby
teenager teen adolescent
pain ache
sick ill unwell
medicine medication
painkiller analgesic
shop store
apartment flat
lorry truck
vacation holiday
petrol gasoline
rubbish garbage trash
pavement sidewalk
sofa couch
aubergine eggplant
courgette zucchini
coriander cilantro
lawyer attorney
country nation
dad father
mom mother
grandma grandmother
grandpa grandfather
speak talk
student pupil
finish complete
kill terminate
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
strange odd weird
scared afraid
happy glad
thaw defrost
enable activate
disable deactivate
wool woolen
wood wooden
sad unhappy
clever smart intelligent
wealthy rich
famous renowned
dangerous hazardous
tasty delicious
substitute replacement alternative
brief short
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
noise sound
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
regulation rule
trip journey
explain describe
create make build generate prepare
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
business enterprise
employee worker
boss supervisor
coworker colleague
customer client
pal buddy
wed marry
dead deceased
die perish
ancient antique
fabric textile
gadget device
beverage drink
dinner supper
meal dish
snack nibble
pan skillet
jumper sweater
curtain drape
faucet tap
torch flashlight
lift elevator
luggage baggage
aircraft airliner
motorway highway freeway
railway railroad
subway underground metro
hotel lodging
beach seaside
woods forest
stone rock
earthquake quake
storm tempest
fog mist
sunrise dawn
sunset dusk
disease illness
cure remedy
wound injury
pregnant expecting
weary tired
sleepy drowsy
dizzy lightheaded
belly tummy
flu influenza
vaccine vaccination
contagious infectious
toxic poisonous
harmful damaging detrimental
healthy nutritious
exercise workout
save preserve
conserve economize
loan borrowing
bill invoice
tenant renter
contract agreement
crime offense
thief burglar
send dispatch
arrive reach
halt cease
carry_on continue
repeat redo
alter modify change
adjust tweak
swap exchange
transform convert
gather collect
accumulate amass
divide split
connect link
attach fasten
disconnect unlink
find locate spot
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
blend mix
wipe mop
scrub scour
tidy neat
dirty filthy
smell odor scent
taste flavor
correct accurate
error mistake
slow sluggish
empty vacant
unique distinct
random arbitrary
various diverse
basic fundamental elementary
advanced sophisticated
complicated complex
obvious evident
rare uncommon
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
outline sketch
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
resume cv
bankrupt insolvent
postcode zipcode
bicyclist cyclist
chauffeur driver
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
varnish lacquer
spade shovel
coast shore
crossroads intersection
sculpture statue
`;

const SYNONYMS = new Map<string, string>();
for (const line of GROUPS.split("\n")) {
  const group = line.split(" ").filter((text) => text !== "");
  const [first] = group;
  if (first !== undefined && group.length > 1) for (const text of group) SYNONYMS.set(text, first);
}

/** The group of a base form, or the word itself. */
export const synonymOf = (text: string): string => SYNONYMS.get(text) ?? text;
