/**
 * Words that look like a slip of an everyday one, but are words: short ones, whose forms in -s, -ed and
 * -ing are the danger, and longer ones. Who types them means them.
 */
const SHORT = `
ace act add ado age ago aid ail aim air ale all amp and ant any ape apt arc are ark arm art ash ask ate awe axe bad bag ban bar bat bay bed bee beg bet bid
big bin bit bob bog boo bow box boy bra bud bug bum bun bus but buy bye cab can cap car cat chi cob cod cog con cop cot cow coy cry cub cud cue cup cur cut dab dad
dam day den dew did die dig dim din dip doe dog don dot dry dub due dug dye ear eat ebb egg ego eke elf elk elm end eon era eve ewe eye fad fan far fat fax fed fee
few fib fig fin fir fit fix flu fly foe fog for fox fry fun fur gag gap gas gel gem get gig gin gnu goo got gum gun gut guy gym had hag ham has hat hay hem hen her
hew hex hid him hip his hit hoe hog hop hot how hub hue hug hum hut ice icy ilk ill imp ink inn ion ire irk ivy jab jam jar jaw jay jet jig job jog jot joy jug jut keg
ken key kid kin kit lab lad lag lap law lax lay led lee leg let lid lie lip lit lob log lot low lug mad man map mar mat maw max may men met mid mix moan mob mod mop
mow mud mug mum nab nag nap net new nib nil nip nit nod nor not now nub nun nut oak oar oat odd off oil old one opt orb ore our out owe owl own pad pal pan pap par pat
paw pay pea peg pen pep per pet pew pie pig pin pit ply pod pop pot pox pro pry pub pun pup put rag ram ran rap rat raw ray red ref rib rid rig rim rip rob rod roe rot
row rub rug rum run rut rye sac sad sag sap sat saw sax say sea see set sew sex she shy sin sip sir sit six ski sky sly sob sod son sow soy spa spy sty sub sue sum sun
tab tad tag tan tap tar tax tea tee ten the tie tin tip toe tom ton too top tot tow toy try tub tug two urn use van vat vet via vie vow wad wag wan war was wax way web
wed wee wet who why wig win wit woe wok won woo wow yak yam yap yaw yea yen yes yet yew you zap zen zip zoo
abed abet able ably abut ache achy acid acne acre acts adds afar aged ages aide aids ails aims airs airy ajar akin alas ally
alms aloe also alto alum amen amid ammo amok amps ankh ante anti ants apes apex aqua arch arcs area arid arms army arts
ashy atom atop aunt aura auto avid avow away awed awes awns awry axed axes axis axle baby back bade bags bail bait bake
bald bale balk ball balm band bane bang bank bans barb bard bare bark barn bars base bash bask bass bate bath bats bays
bead beak beam bean bear beat beau beck beds beef been beep beer bees beet bell belt bend bent berg best beta bets bias
bids bike bile bill bind bins bird bite bits blab blah bled blew blip blob bloc blog blot blow blue blur boar boat body
bogs boil bold bolt bomb bond bone bony book boom boon boot bops bore born boss both bout bowl bows boys brag bran bras
brat bray brew brim brow buck buds buff bugs bulb bulk bull bump bums bunk buns buoy burn burp bury bush bust busy butt
buys buzz byte cabs cage cake calf call calm came camp cane cape caps card care carp cars cart case cash cask cast cats
cave cell cent chap char chat chef chew chic chin chip chop chow cite city clad clam clan clap claw clay clip clog clot
club clue coal coat coax coca code coil coin coke cola cold colt coma comb come cone cook cool coop cope copy cord core
cork corn cost cosy coup cove cowl cows cozy crab cram crew crib crop crow crud cube cues cuff cult curb curd cure curl
curt cusp cute cyan cyst dads dame damp dams dank dare dark darn dart dash data date dawn days daze dead deaf deal dean
dear debt deck deed deem deep deer deft defy deli dell dens dent deny desk dial dice died dies diet digs dill dime dine
dire dirt disc dish disk dive dock does dogs dole doll dolt dome done doom door dope dorm dose dots dove down doze drab
drag draw drew drip drop drug drum dual duck duct dude duel dues duet duke dull duly dumb dump dune dunk dusk dust duty
dyed dyes each earl earn ears ease east easy eats echo edge edgy edit eels eggs egos elks elms else emit ends envy epic
eras euro even ever evil exam exes exit eyed eyes face fact fade fail fair fake fall fame fang fans fare farm fast fate
fats fawn faze fear feat feed feel fees feet fell felt fend fern feud fife figs file fill film find fine fins fire firm
fish fist five flag flak flap flat flaw flax flea fled flee flew flex flip flit flog flop flow flue flux foal foam foes
fogs foil fold folk fond font food fool foot fore fork form fort foul four fowl fray free fret frog from fuel full fume
fund funk furs fury fuse fuss fuzz gain gait gale gall game gang gape gaps garb gash gasp gate gave gawk gaze gear geek
gels gems gene gift gild gill gilt gird girl gist give glad glee glen glib glow glue glum gnat gnaw goad goal goat goes
gold golf gone gong good goof goon gore gory gout gown grab gram gray grew grey grid grim grin grip grit grow grub gulf
gull gulp gums guns guru gush gust guts guys hack hail hair half hall halo halt hams hand hang hard hare harm harp hash
haste hate haul have hawk hays haze hazy head heal heap hear heat heed heel heir held hell helm help hemp hens herb herd
here hero hers hide high hike hill hilt hind hint hips hire hiss hits hive hoax hobo hogs hoist hold hole holy home hone
hood hoof hook hoop hoot hope hops horn hose host hour howl hubs hues huff huge hugs hula hull hums hung hunk hunt hurl
hurt hush husk huts hymn hype hypo iced ices icon idea idle idly idol inch info inks inky inns into ions iris iron isle
itch item jabs jack jade jail jams jars java jaws jazz jeep jeer jell jerk jest jets jobs jock jogs join joke jolt joys
judo jugs jump junk jury just jute keen keep kegs kelp kept keys kick kids kill kiln kilo kilt kind king kins kiss kite
kits knee knew knit knob knot know labs lace lack lacy lads lady lags laid lair lake lamb lame lamp land lane laps lard
lark lash lass last late lava lawn laws lays lazy lead leaf leak lean leap left legs lend lens lent less lest levy liar
lice lick lids lied lien lies life lift like limb lime limp line link lint lion lips lisp list live load loaf loam loan
lobe lobs lock loft logo logs lone long look loom loop loot lord lore lose loss lost lots loud lout love luck lugs lull
lump lung lure lurk lush lust lute lyre mace made maid mail main make male mall malt mane many maps mare mark mars mart
mash mask mass mast mate mats maul maze mead meal mean meat meek meet meld melt memo mend menu meow mere mesh mess mice
mild mile milk mill mime mind mine mini mink mint mire miss mist mite mitt moan moat mobs mock mode mold mole molt moms
monk mood moon moor moot mope mops more moss most moth move much muck muds mugs mule mull mums muse mush musk must mute
myth nail name nape naps navy near neat neck need neon nerd nest nets news newt next nice nick nine node nods none nook
noon norm nose nosy note noun nova nude nuke null numb nuns nuts oaks oars oath oats obey oboe odds odes odor oils oily
okay omen omit once ones only onto onus ooze opal open oral orbs orca ores ouch ours oust outs oval oven over owed owes
owls owns oxen pace pack pact pads page paid pail pain pair pale pall palm pals pane pang pans pant papa pare park part
pass past pate path pave pawn paws pays peak peal pear peas peck peek peel peep peer pegs pelt penn pens pent perk perm
pert peso pest pets pick pier pies pigs pile pill pimp pine ping pink pins pint pipe pith pits pity plan play plea pled
plod plop plot plow ploy plug plum plus pods poem poet poke pole poll polo pond pony pool poop poor pope pops pore pork
port pose posh post pots pour pout pray prep prey prim prod prom prop pros prow pubs puck puff puke pull pulp puma pump
punk puns punt puny pups pure purr push puts putt quid quip quit quiz race rack raft rage rags raid rail rain rake ramp
rams rang rank rant rape rapt rare rash rasp rate rats rave rays raze read real ream reap rear reed reef reek reel refs
rein rely rend rent rest ribs rice rich ride rife rift rigs rile rims rind ring rink riot ripe rips rise risk rite road
roam roar robe robs rock rode rods role roll romp roof rook room root rope rose rosy rote rots rout rove rows rubs ruby
rude rued rues ruff rugs ruin rule rump rune rung runs runt ruse rush rust ruts sack safe saga sage sago said sail sake
sale salt same sand sane sang sank saps sari sash save saws says scab scam scan scar seal seam sear seas seat sect seed
seek seem seen seep seer sees self sell send sent serf sets sewn sews shed shim shin ship shoe shoo shop shot show shun
shut sick side sift sigh sign silk sill silo silt sing sink sins sips sire sirs site sits size skew skid skim skin skip
skis skit slab slam slap slat slay sled slew slid slim slip slit slob slog slop slot slow slug slum slur smog smug snag
snap snip snob snot snow snub snug soak soap soar sobs sock soda sofa soft soil sold sole solo some song sons soon soot
sore sort soul soup sour sown sows soya span spar spas spat spec sped spin spit spot spry spun spur stab stag star stay
stem step stew stir stop stow stub stud stun subs such suck suds sues suit sulk sums sung sunk suns sure surf swab swag
swam swan swap swat sway swig swim tabs tack tact tags tail take tale talk tall tame tang tank tape taps tart task taut
taxi teal team tear teas tech tees tell tend tens tent term test text than that thaw them then they thin this thud thug
thus tick tide tidy tied tier ties tile till tilt time tine tins tint tiny tips tire toad toes tofu toga toil told toll
tomb tome tone tong tons took tool toot tops tore torn toss tour tows toys tram trap tray tree trek trim trio trip trod
trot troy true tsar tuba tube tubs tuck tuft tugs tuna tune turf turn tusk twig twin twit type ugly undo unit unto upon
urge urns used user uses vain vale vamp vane vans vary vase vast vats veal veer veil vein vend vent verb very vest veto
vets vial vibe vice vied vies view vile vine visa void volt vote vows wade wads waft wage wags waif wail wait wake walk
wall wand wane want ward ware warm warn warp wars wart wary wash wasp watt wave wavy waxy ways weak wean wear webs weds
weed week weep weld well welt went were west what when whet whey whim whip whir whiz whom wick wide wife wigs wild will
wilt wily wimp wind wine wing wink wins wipe wire wiry wise wish wisp with wits woes wolf womb wood woof wool word wore
work worm worn wove wrap wren yams yank yard yarn yawn year yell yelp yoga yoke yolk your yule zany zaps zeal zero zest
zinc zips zone zoom zoos
`;

const LONGER = `
abstruse actin adduction adrenalin adust afterword alliance alliteration alterative analyse anatomist anima annal annul anther apologia
arete aurate backer baldy banker barre beau bight blander blubber blunder bonce bond bondage bother bought boulder brash
breech brocade broth brow brunt bulletin bunny buttery calendar campion candid cannula capita capitol captain caption
cardoon carrel carte carton caste cater cation causal cerate champagne chapter charred chauffeur cheery chore chord
clapboard closer cloud clout cluster collard comet commend commotion compact comport compost compute concede
concession condole confidant conform console constrain constrict constriction contemn contingent contrite convert cooper copse
corset cosset county coupe course covert creosote crisp crocket cruise crude curse curt currant deceased decease default deify
delver demon deport deportment deprive deterrent devoted devotee disaster dissent dissert dividend divorcee dragoon draught
dreadlock drown edict eduction electro emirate emoticon emption ensue epidermic epidermis erasure escapee eternal ether evoke
exemption exert exorcise expanse expansive exposure facet faction farther fidget fiend fiance fibre flexile flounder
florist foray forge forgo forgot freeze frost froth funereal furl fusion gable gallon gallop galley gavel genera generic geometer
glazier glycol glycogen gradation grandee gratin gratis grave grater grunge handball handbill hanger haven heathen heath heave
height hermit hermitage hollow homely honesty hurdle immanent immunize impassable impassible implement improv indention incite
incitation indict induct inert infer inflection inflict inhabit inhibit innate inset insulate instal instill inter intern
interne intimate inure invite karat label lactase lather launder lenient lever libel likable litoral littoral location longitude lucid
lunge maritime margarine mastery material medial mediate mediation medina melodic message metrical militia miniature minister minstrel
missal missile mobster momentum mortgagor mullion munch muster naive natal neural neuter nether norm nutrient nutriment objector
offshoot outre orator ordinance ordnance pallet palette palliate pander papal parish parity parley partition passable pastel patent pater
patron payer payee peasant pedant penal penance perfidy personal personable personality petty pewter plaintiff poise posse possum potable
potent potion practicable praise prate prattle prebiotic predication prefect preset presto prise privy privet prince principle
principal probation probity problematic project prosecute protean protege protista provenance province purine quarrel quarry quart quartz
rabbi raffle raisin rally ramble rapport ration rational realm realty receptor recital recite recoil rector rectify reduction
refection refuge refute regal regale reign reindeer relapse relay relic relish relive remit render renal repast repel repose reprise resin
resit respire restive restrain retard retort retina reunion reuse revere reverence reverie revel rhetoric rosin roost rotary rout
saber sable saliva sallow salon saloon satin savage savor savior scald scaly scamper scape scarlet scholar scoff sconce scope scour scoundrel
scrabble scram scrap scree scribe scrimp script scrounge scuttle secede secretin secretion seduce seizure semester seminar senor senile sentient
sentry sequin serial serum sermon session setter sever sewage sheer shear shelve shilling shirk shred shrewd shroud shudder siege sieve
signet silo similarity simile sinew singe siphon sister sizzle slander slant slash slaughter slaver sleet slender slither sliver sloth sludge
slumber slush smelt smirk smite smother smudge snare sneak snide sniff snipe snore snort snout sober sodden solace solder solemn solitary
sonar sonic sonnet soot soothe sorrow souse southeast spacious spade spaniel spate spatial spawn spear specify specimen speck spectrum sphere
spindle spire spite spleen splint splinter spook spore spout sprain sprawl sprig sprite spruce spur spurt squad squalid squall squander squash squawk
squeak squeal squid squint squire squirm squirt stale stalk stall stammer stark starch stash stately static stationer stave stead steed
steep stellar stench stern steward stifle stile stilt stint stipend stoic stoke stomp stool stoop stout strafe strait strand strangle
strata stray streak strewn strident strife strive strode strut stub stucco stumble stump stun stunt stupor sturdy stutter sty stylist
suave sublime suborn suction suds suede suet sullen sulk sultry summery summon sundry superb supple suppress surge surly surmise surpass surplus
survivor sustain swab swagger swampy swarm swath sway swede swerve swine swipe swirl swoop symbolic syndrome synod tabby taboo tacit tackle
tact tally talon tamper tango tangy tapir tariff tarnish tassel tatter taunt taut tavern tawny teal tearful teat teller temper tempest
template tempo temporal tenacious tenet tenor tentacle tepid terrace terrain terse tether thatch thaw theft theist thesis thimble
thistle thong thorax thorn thrash thresh thrice thrift thrill throb throng throttle throughout thrust thud thwart tibia ticklish tidal tile
tiller tilt timbre timid tinge tinker tinsel tint tipsy tirade titan tithe toad toady toil tonic topaz topical topple torrent
torrid torsion torso tort totem totter toxin tract tracker traction traitor tram trample trance tranquil transect transient transom
trauma travail traverse travesty trawl tray treachery tread treason treble trek trench trespass tress trestle tribunal tribute trickle trident
trifle trinket tripe tripod trite triumph trivia troll troop trophy trot trough trounce troupe trowel truant truce trudge truffle truism
trump trumpet truss tryst tuba tuber tuft tumble tumor tumult tundra tunic turban turbid turf turmoil turnip turret tusk tussle tutelage tutu
tweak tweed twine twinge twinkle twirl twitch tycoon tyrant umpire uncle uncouth unfit unfurl unify unison unkempt unruly unseen
unsung untidy untie unveil upbeat upheaval upkeep uplift upscale upset uptake urban urchin usher usurp utter vacancy vacate vagrant
valiant valise valor valve vampire vanity vantage vapor varied varnish vault vaunt veer vegetate vehement veil velocity veneer venerable
venial venison vent ventral veranda verdant verdure verge verity vermin versatile verse vertex verve vest vestige veto vex vial vicar vicinity victor
vigil vigor vile villa villain vindicate vine viola violation violet viper virgin virile virtue visage viscous vise visor vista vocation
vogue volley volt voracious vortex vouch vow voyage vulgar vulture wade wafer waft wager wail waive wallop wallow waltz wan wane warble
ward warden ware warlock warp wary washer wart wasp wean weary weasel wedge weevil weird weld welfare welt whack wharf wheedle wheeze
whelp whence whet whiff whim whimper whine whir whirl whisk whit whittle wick wicker wicket wield wig wiggle wight wilt wily wince winch wink
winkle winsome wisp wistful wither wizard wobble woe womb wont woo wooly wooly wrangle wrath wreak wreath wrench wrest wrestle
wretch wring writ writhe wrought wry yank yearn yelp yeoman yoke yolk yokel zeal zealous zenith zest
accused accession achieved addict adjoin adjure admirable admiral aerial affable affidavit affirm afflict affront aged alley ally alloy
allot allude allure ambition amble amend amino ample amulet anger angler anguish anise annex apiary appeal applaud appoint apposite
apprehend approbation apt aptitude arid armor aroma array arson artisan ascend ascent ashen aspen aspire aspirin assent assert assort assuage
astral astrology astronomy atlas atone attain attend attest attic attire attune audio auger augur aural austere avail avenge aver avert avid
avow await awe awning axiom azure babble bake baker ballad ballast ballet ballot bait bandit bane banish banner banquet banter barb
barge barrage barter basalt bask bastion batch baton batter bawl bazaar beacon beady beagle beaker beam bearer beaver beckon bee
befit beget beggar beguile behalf behold belie belittle belly beloved bemoan beret berry berth beset besiege bestow betray bevel bias
bible bicep bide bigot billow bishop bison blast blaze bleak bleat blemish bless blight blimp blink blip bliss blister blitz bloat bloom blot
blouse bluff blunt blur blurb blurt blush bluster bobbin bog bogus bolster bolt bombard booth booty bosom botanist bough
bouquet bout bovine bower boxer brace bracelet brag braid brain brake bran brandy brash brass bravado bray brawl brawn brazen breach breadth
breeze brew bribe bridle brigade brim brine brink bristle brittle broach broker bronze brooch brood brook broom browse brunette brute buckle
bud budge buff buffet bugle bulge bulk bull bully bump bunk bunt buoy bureau burlap burp burrow bush bustle busy butler buzz cackle cadet cajole
caliber caliper callous callus camel cameo canary candor cane canine canister canker cannery canopy canter canton caper captive
carafe caravan carbine carcass caress cargo carnal carnival carol carp cartel carve cascade casket casserole caster catapult
cater caterpillar cavalier cavern caviar cede cello cement censor census centaur certify chaff chafe chagrin chalet chalice chamber chamomile chant
chaperone char charcoal chariot charm chasm chaste chatter chauvinist cheetah cherish cherub chestnut chevron chide chime chimp china chirp chisel
chlorine chloride chloroform choir choke cholera chop chord chore chorus chrome chronic chrysalis chuckle chum chunk churn chute cider cinder cipher
circus cistern cite citrus civic clad clam clamber clamor clamp clan clang clap clasp clatter claw cleanse cleft clench clergy cleric clientele climax cling
cloak clog clot cloth clove clover cluck clue clump clutch clutter coarse cobble cobra cocoa cod coerce coffin cog cohort coil coincide colander
colic collate collide collier colonel colossal colt column comb combat comedian comic comma commando commence comment commerce commodity
commodore commune communion communism compassion compel compile complement complexion complicate compliment comprise compulsion comrade concave conceal
conceit conceive concern concierge concise concoct concord concur condor conduit cone confer confetti confide confine confiscate confound
confront congest congress conic connive conquer consent console consort conspire constable constituent construe consul contagious contempt contend
contort contour contraband contraption contrary contrive convene convent converge converse convex convey convict convoy convulse coo coral cord
cordial core cork cornea cornet corona corporal corps corral corrode corrupt corsage cosmetic cosmic cosmos coup couplet courier cove coven
cow coward cower coy crab cradle crag cram cramp crane crater crave crayfish creak crease credence credible creed creek creep cremate crepe
crescent crest crevice crew crib crimp crimson cringe cripple crisp critic critique croak crochet crook croon croquet crouch crouton
crow crowbar crucial crucible crucify crunch crusade crypt crystalline cub cube cuckoo cuddle cue cuff cull culminate culprit
cult cultivate cumin curate curator curd curfew curl curry cursive cursory curt curtail cusp custard custody cutlass cutlet cymbal cynic cypress cyst
abase battle bobble boost botch braise buckle bungle chuck clack covet crackle crumble deepen defecate deplete depreciate derive
desist diaspora drone droop endure excise expend fatten feast feint flesh flit flout gabble gloss gouge graft grope growl grunt gyrate hardy harry
hatch haunt hitch hurtle hypothesize infest jangle jingle joggle jolly kennel kindle laze lessen lighten limber litter louse lynch maim meddle
memento minion mound mourn muddle mutter objet optima paddle palpate pamper parch parry pasty patten patter pease persona pester picket pierce
pinch plait plank plead pluck poach posture potter prance premise prick prickle prion probe promenade proscription provable provably pubic
ravage rebuff reckon reclaim reconvene recruit refine regain rehearse reiterate rejoice relent relinquish reminisce renounce repress reproach
reside retie retrace revolve rivet rumble rummage rupture rustle salesmen saunter scorch scowl sculpt scurry secretory shackle shank shard shatter
shimmer shorty shove shovel sip skid slap slobber snarl snatch sneer snicker sniffle snooze snuggle soar spilt sputter squabble stagger startle
statin stickler stink stow straddle straggle strategist stricture strum sturgeon swindle swivel thump tickle tiptoe toile torment trace tramp
transection trim tug twiddle unravel vegetal vocation waddle warp waver whither whine wreck yap naive naivete prenatal postnatal perinatal antenatal
hypotension hypertension hypoglycemia hyperglycemia hypothyroid hyperthyroid inhalation exhalation inductor conductor conductive inductive
interstate intrastate internet intranet intramural adsorption absorption adsorb affect effect affective effective efferent afferent nitrate nitrite
sulfate sulfite sulfide chlorate chlorite methane methanol ethane ethanol ethene propane propene propanol butane butene butanol pentane hexane
benzene benzine glycerin glycerol lactate lactase lactose maltose maltase sucrose sucralose fructose thiamine thymine thymus typhus mucus mucous
ileum ilium perineum peritoneum peroneal perineal stationery stationary cardinal cardioid carotid keratin creatine creatinine ketone ketosis mitosis
meiosis miosis myosin myopia aphasia aphagia dysphasia dysphagia anion cation cortisol cortisone codeine caffeine quinine prednisone prednisolone
clonidine klonopin celexa celebrex lamictal lamisil zantac xanax zyrtec ibuprofen carprofen naproxen metformin metoprolol losartan
valsartan amlodipine hydralazine hydroxyzine tramadol trazodone glipizide glyburide acyclovir ganciclovir magnesia manganese magnesium selenium
silicon silicone germanium geranium uranium cranium rhodium rhenium radium barium boron bromine bromide fluorine fluoride fluorite iodide
astronaut astrologer calculus calculous collagen callosum colonoscopy colposcopy trachea tracheal
acquit addressee adduct allay anneal arthritic bacterial ballow bandana bandy barf barrow bedside beech belate berate bilk billet binge bitch bland bleep blend blunt boggle bong bonk boob booze
borate bork braise breast bream brew brie broil broiler bruise brunch bubbly burp buttle caddie caddy calvaria cater cavalry cedar cellar champ chuck chunnel ciel cite clench cleat clip clipper coerce coddle codling coffer coil collude
commute compel comply comp concerto conte coroner coven cower crape craze cream creme croup crock crud crush cubby cuff curdle curie cushion cuttle dabble damn dandruff dangle darken dart debit debut decal decant decode deface
default defund deign delve demean denote dent derail descent destructor develop dialogue dice diddle dinge dingo ditch ditty dole dollop dote dread drawl drape dregs dribble drizzle drool dross drowse drudge drum dude dunk dupe duress dwell
dyer edict eject emanate embed embrace emerge energize engrave engulf enlist enrage enrich enrol enroll enslave entice entail entrap entree entrust envelop erode eschew evade evict evoke exalt excel excrete exhale exhume exile extol fabricate fain
fallow falter famish fangs farce fiancee fizz fizzle flail flange flare flatter fleece fleet flicker flinch fling flirt floss flossy fluster flutter foil foist fondle fondue fore forte foster freak freshen fright frill fringe frisk frolic
frond frown frugal fumble fume funk funnel furrow fuzz gaggle gala gallant galore gamble garble garland garner garnet garter gash gasp gazelle gently gest gherkin gibe giggle girdle gist glade glamour glare gleam glean glee glide glimmer glint gloat gloom
glow glucosamine gnash gnaw gobble goggle gorge gossip gradate grail granddad granny grapple grate graze griddle grieve grift grille grimace grin griping grit groan groin groove grouch grove grovel growth grub guarantor gulp gurgle gush gust guzzle
hackle haggle hail halt halve hamper handle hark harness harp hassle hatchet haul hearse heave hedge heir heist henna herald hickey hike hinder hinge hippie hoard hoarse hoist holler homage honk hoodie hoop hopper horde hound hover howl huddle huff hulk hum
hunch hunker hurl hush hustle imbue immerse impair impart impede impinge implore impose imprint imprison impulse incense incest inch incur indent indulge infinity infirm infuse ingest inhale inject inmate insect insulate intact intent intercept interlock intestate
invade invoke ironic jab jackal jacket jagged jaunt jeer jerk jest jetty jiggle jilt jingle joust juggle juke jute kilter kink kip kitty knack knead kneel knit knob knuckle lace lacquer lactate lament landed languish lapse lard larva lasso lasting latch lather latte laud laurel lavish
layout leach league lean leapt lease leash lecher ledger leer legible legion leper lessee lesson levee lewd libertine lick lilt limp linger linguist lint lip lisp loaf loathe lobby lob locket lodge loft loiter loon loop looper loot lope lotus lounge louver lox lubricate lug lull lumbar lump
lure lurk lush lust luster macho mackerel magma magneto maize mallet malt mammoth mange manger mangle mania manic manly mansion mantle mantra mariner maritime marl marmalade maroon marsh marvel masque matchet maternal matte matted maul maxim meadow meander meddle mediocre
meek meld mellow melodious merchant merry mesa mesh mew middy midge militant mime mince mingle mink mint minus mirage mire mirth mite mitigate mitten moat mock molar mold molest molten momma mongrel monopoly moor moped morbid morsel mortal mortar morph mosh mossy mote motel mound mourner
mousse mow muck muddle muffle mug mull mummy mural murky musket muslin musty mutant mutate mute mutton muzzle myriad nag nappy natal nephron nestle nettle nibble nickel nimble nipple nominee nook northward notch nudge nugget numeral nurture oath obscene obscure odious odor offering offspring
ooze orbit ordeal orgy ornate osprey oust ovary overall overt pacify pact paddy pageant pail palpate pamphlet pandemic pander panther pantry papaya parable parcel parable parch parka parson parsonage pasture patriot patrol patty paunch pauper pawn peddle pedestal peek peer pellet pelt pencil peppy
peril perish perjury perk perplex persecute petal petrel pewter phonics phony physique picky pike pilfer pillar pinnacle pioneer pique piss pivot placard placate placid plaid plaque plasma plateau platoon platter playful plea pleat pledge pliers plight plod plop plow plume plummet plump plunder plunge plural
plush poach podium poke polarize pollute polo polyester pomp ponder pontoon pony pooch poppy porch pore porous portal porter portion portray potter pottery pouch pout prance prank prawn preach precept precinct preen premier preppy presage pretext prig prim primate primer primrose prism pristine
prob prod prodigy prof profane profess profound promo prone prong prop propel prosper prow prowl proxy prude prudent pry psalm pucker puddle puff pulley pulp pulpit puma pun punctuate punt pupil purge purr pursue putt putty python quack quaint quake qualm quaver quell quench quiche quid quill quilt quip quirk quiver
quota rabid racket radiate radical raffle raft ragged rake ram ramp ranch rancid random ransom rap rapture rascal rattle raven ravine razzle realism reap rebate rebuke recant recede recess recline recluse recoup rectum redeem reed reel reenter refer refinery refrain regent regress reggae rehab rein relapse
remand remedial remorse repent replenish replete reptile rescind resent reservoir residual residue resolute restate resurge retch reticent retrain retract retro reunite revamp revert revile revolt revue rewind rhino riddle rift rig rigid rile rind ringlet riot ripple rite ritual roach roam roar robe robust roe rogue romp
rookie rooster rotor rotund rouge roulette rousing rout rowdy rubble ruby rudder ruffle rumble rump runt ruse rustic rut saddle sage saint salami salute salve sandy sap sardine sarcasm sash sassy satire saunter savvy saxophone scab scaffold scalp scamp scant scapegoat scarf scorn scorpion scour scowl
scrawl scrawny screech scruff scruffy scum scurvy seam sear secluded secrecy sect sedan sedate seduce seep seesaw segregate serene serf serrated sewer shabby shack shaft shaggy sham shatter shawl sheath sheen sherbet sherry shimmy shin shire shoal shoddy shoplift shortage shove shrapnel shriek shrill shrine shrivel
shroud shuck shuffle sickle sift simper sinful sip sire sitcom skate skeleton skewer skim skimp skipper skirmish skit skull skunk slab slack slag slam slap slate slay sleazy sleek slick slime sling slink slit slob slog slop slot slouch slug slum slurp slur slush sly smack smear smirk smog smoker smolder smooch smuggle smug
snack snafu snag snap snappy snarky snazzy sneaker snip snob snoop snooty snot snout snub snug soak soar sob soggy solemn solicit soot sop sordid sorority sow spa spade span spangle spank spar sparkle sparse spasm spat spatula spay specialty speckle sped speeding spew spike spire spiteful splat splatter splice splotch splurge
spoof spooky spool sporadic spree sprout spry spud spunk spur spurn squabble squat squeamish squeegee squish stag stain stairs stale stallion stamina stammer stampede stance stanza staple starboard stardom starry startled static stature statute stead stealth steamy stein stencil stent stepson stereo sterile stew stifle stigma
sting stingy stink stirrup stockpile stole stoneware stony stooge stool storey stow strained stranded strapping streaky strep stretcher stricken strobe stroller stubble studded stump stunt sturdy stutter subdue subpoena subset subside subsidy subtitle subtle subvert succulent suckle suction suffice suffocate suffuse sulfur
sully sultan sump sunken superb supine surface surreal surrender swagger swarm swat sway swelter swerve swig swindle swipe swirl swish swivel swoon swoop syringe tablet taboo tack tact tad taint tame tamper tan tantrum tap tape taper tapestry tar tarot tarp tarragon tart tassel tatter taxidermy tedious teem tee teeter
teethe temperament tempered temptress tenure tepee termite terrier testicle testify testimony theorem thaw thong thrash threesome throaty throne thrush thug thunk tiara tic ticker tier tights tilt timid tinfoil tingle tint tip tiptoe tithe toast toaster tofu toga toil tong toss tot tote totem toupee tout tow toxicity trachea track
trait tram trample transistor transom trapeze trapper traverse trawler treadle treason tremor trench trendy trespass trickster trigonometry trill trinity trio trooper trot trounce trough trove truce truffle trump trundle truss tryst tuck tuft tug tumbler tummy tuner tunic turbine turd tutu tux twang tweak tweet twig twine twirl
twitch tycoon udder ulterior unction undercut underdog unearth unhinge unity unleash unravel untold unveil unwind upbringing upheaval uphill upkeep uproar upshot urn usage usher usurp utensil vagabond vale valet valid validity valve vampire vandal vapor varnish vat vault veal venereal venue verge vermin vertebra vest vetch vial vibe vie vigor vile villa
vim vinyl viper vise vixen vogue void vole vomit voodoo voucher vulture wad waddle wafer wag wail waive wallop wane warble ward ware warehouse warp wart wary wasp watt waver wax waylay weasel wedge weep weld welt whack wharf wheeze whiff whim whine whinge whirl whisk whittle whiz wick wig wiggle wilt wily wimp wince winch wink
wisp wit witch wither witty wobble womb wok woof wooly wrangle wrath wreath wrench wrestle wring writ yacht yak yam yank yap yarn yeti yodel yoke yolk yummy zap zeal zest zing zit zombie zoom
`;

const TECHNICAL = `
airflow ansible apache appium arduino asana astro babel bazel bitbucket blender bokeh cassandra canva celery chef chrome
clojure cobol consul cordova cypress dagger dart dask datadog deno discord django docker doxygen drupal electron elixir
ember erlang eslint excel expo express fargate fastapi figma firebase firefox flask flink flutter fortran gatsby gentoo
gimp gitlab github godot golang google gradle grafana graphql groovy hadoop haskell helm heroku hibernate hive hugo jasmine
java jenkins jest jira jquery julia jupyter kafka karma keras kibana kotlin kubectl lambda laravel latex linux litmus
loki lucene lyft magento matplotlib maven mercurial mocha mongo mongodb mysql netlify nginx nomad notion numpy nuxt
okta openssl oracle outlook packer pandas perl phoenix phpunit pip plotly pnpm podman postman postgres prettier prisma
prometheus puppet pytest python pytorch rabbit rails ranger react redis redux remix rollup ruby rust safari sass scala
scikit scipy seaborn selenium sentry shopify slack snowflake solr spark splunk spring sqlite stripe svelte swagger swift
sympy tableau tailwind terraform tesla thrift tokio tomcat trello turbo twilio typescript ubuntu unity vagrant vault
venmo vercel vite vitest vue webpack windows wordpress xcode yarn zapier zoom zustand
`;

/** Words of up to four letters; their longer forms ("failing") may be mistyped like any everyday word. */
export const SHORT_WORDS: ReadonlySet<string> = new Set(SHORT.split(/\s+/).filter(Boolean));

export const LOOKALIKES: ReadonlySet<string> = new Set(
  `${SHORT} ${LONGER} ${TECHNICAL}`.split(/\s+/).filter(Boolean),
);
