/** Frequent misspellings of small and common words, each with only one thing it can mean. */
export const MISSPELLINGS: Readonly<Record<string, string>> = Object.fromEntries(
  `teh the|hw how|dosent doesn't|doesent doesn't|dosnt doesn't|chekc check|caling calling|creat create
wehre where|hwere where|hav have|becuse because|shuld should|wuld would|culd could|beetwen between
diferent different|tehn then|hte the|adn and|nad and|taht that|waht what|wath what|whta what|wehn when
hwen when|whne when|hwo how|wich which|whcih which|wihch which|wiht with|wtih with|wihtout without
withuot without|witout without|whithout without|becuase because|becasue because|beacuse because
becouse because|cuz because|thier their|theri their|recieve receive|seperate separate|definately definitely
occured occurred|untill until|wierd weird|freind friend|giev give|gvie give|wirte write|wrtie write
writte write|wriet write|fucntion function|funtion function|funciton function|fuction function|lsit list
shoud should|shuold should|woudl would|cuold could|coudl could|doesn does|explian explain|expalin explain
explan explain|exlpain explain|tranlsate translate|translte translate|langauge language|lenght length
heigth height|widht width|calender calendar|adress address|begining beginning|beleive believe
buisness business|goverment government|enviroment environment|neccessary necessary|necesary necessary
occassion occasion|tommorow tomorrow|tommorrow tomorrow|tomorow tomorrow|reccomend recommend
recomend recommend|reccommend recommend|restaraunt restaurant|restaurnat restaurant|resturant restaurant
resteraunt restaurant|poeple people|peopel people|pepole people|differnt different|diffrent different
diference difference|diffrence difference|differnce difference|betwen between|bewteen between
beetween between|abuot about|abotu about|baout about|jsut just|knwo know|konw know|liek like|mkae make
amke make|soem some|somthing something|thign thing|thsi this|tihs this|yuo you|yoru your|yuor your|wnat want
wokr work|owrk work|yera year|yaers years|mashine machine|machien machine|retrun return|retunr return
shiping shipping|orderd ordered|arry array|vinegrette vinaigrette|vinagrette vinaigrette|swich switch
swithc switch|onlien online|acount account|accout account|compund compound|passowrd password
pasword password|emial email|databse database|datbase database|comand command|commnad command|serach search
seach search|anohter another|cleaer clear|reciept receipt|receipe recipe|recipie recipe|choclate chocolate
vegtable vegetable|vegatarian vegetarian|exersize exercise|excercise exercise|excersise exercise
pregnent pregnant|medecine medicine|diabetis diabetes|hieght height|weigth weight|wieght weight|fourty forty
ninty ninety|eigth eight|twelth twelfth|intrest interest|libary library|febuary february|wensday wednesday
wednseday wednesday|saterday saturday|tuseday tuesday|thrusday thursday|rythm rhythm|rhythem rhythm
sucess success|succesful successful|sucessful successful|tounge tongue|truely truly|wheter whether
instal install|instll install|intsall install|isntall install|itnernet internet|interent internet
dinnr dinner|drivng driving|strawbery strawberry|strawberies strawberries|benifits benefits|benefts benefits
benfits benefits|symtoms symptoms|symptons symptoms|simptoms symptoms|advantges advantages
importnat important|importent important|imporant important|resigantion resignation|lettre letter
calcualte calculate|claculate calculate|caluclate calculate|convertion conversion|temprature temperature
temperture temperature|tempreature temperature|ahve have|hvae have|haev have|wht what|whst what|tge the
thw the|yoiu you|oyu you|yu you|dotn don't|dnot don't|din't didn't|didnot didn't|cnat can't|cant' can't
shouldve should|wuold would|wouldn would|alot a_lot|noone nobody|infront in_front|eachother each_other
aswell as_well|incase in_case|atleast at_least|everytime every_time|dosn't doesn't|doesnt' doesn't
isnt' isn't|hwat what|whay what|haow how|howw how|hoow how|hpw how|howdo how|howto how_to|whats' what's
wahts what's|waths what's|hwats what's|wots what's|wot what|whos who's|wheres where's|whens when|whys why
hows how's|plese please|pleae please|plase please|pleas please|pleease please|plaese please|thnaks thanks
thansk thanks|thanx thanks|tnx thanks|tks thanks|tysm thanks|bcoz because|bcs because
coz because|abt about|tho though|altho although|thru through|ppl people|sth something|smth something
sb somebody|smb somebody|w/o without|gud good|tmrw tomorrow
tmr tomorrow|tonite tonight|rn currently|accidently accidentally|acheive achieve|accomodate accommodate
accross across|agressive aggressive|apparantly apparently|arguement argument|arn't aren't
assasination assassination|basicly basically|becomming becoming|beleif belief|bizzare bizarre
burocracy bureaucracy|carribean caribbean|cemetary cemetery|changable changeable|collegue colleague
comming coming|commited committed|completly completely|concious conscious|curiousity curiosity
decieve deceive|definatly definitely|definitly definitely|desparate desperate|dilema dilemma
disapoint disappoint|dissapear disappear|dissapoint disappoint|embarass embarrass|embarassing embarrassing
enviorment environment|excede exceed|existance existence|experiance experience|familar familiar|firey fiery
foriegn foreign|foward forward|freindly friendly|gaurd guard|gaurantee guarantee|garantee guarantee
gratefull grateful|greatful grateful|happend happened|harrass harass|hygeine hygiene|idealy ideally
imediately immediately|immediatly immediately|independant independent|interupt interrupt
irresistable irresistible|jewelery jewelry|knowlege knowledge|liason liaison|lisence license
liscense license|maintainance maintenance|maintenence maintenance|millenium millennium|mispell misspell
neice niece|nieghbor neighbor|noticable noticeable|occassionally occasionally|occurence occurrence
oppurtunity opportunity|paralell parallel|parliment parliament|payed paid|persistant persistent
posession possession|potatos potatoes|tomatos tomatoes|prefered preferred|priviledge privilege
probly probably|prolly probably|probaly probably|pronounciation pronunciation|publically publicly
questionaire questionnaire|realy really|reccomendation recommendation|rediculous ridiculous|refered referred
relevent relevant|religous religious|remeber remember|rember remember|repitition repetition
schedual schedule|sieze seize|similiar similar|sincerly sincerely|speach speech|stratagy strategy
succede succeed|supercede supersede|suprise surprise|suprised surprised|tatoo tattoo|therefor therefore
threshhold threshold|tomatoe tomato|potatoe potato|tendancy tendency|transfered transferred|twelvth twelfth
unforseen unforeseen|unfortunatly unfortunately|usefull useful|vaccum vacuum|vacume vacuum
vegitable vegetable|whereever wherever|writting writing|yatch yacht|zuchini zucchini|brocolli broccoli
brocoli broccoli|spagetti spaghetti|mayonaise mayonnaise|cinammon cinnamon|definetly definitely
diarrea diarrhea|diarhea diarrhea|asma asthma|tonsilitis tonsillitis|vomitting vomiting|alchohol alcohol
alchol alcohol|calandar calendar|collumn column|colum column|algorythm algorithm|algorithim algorithm
retreive retrieve|recieved received|recieving receiving|seperated separated|seperately separately
seperator separator|arrary array|retun return|lenth length|heigh height|strenth strength|strenght strength
nineth ninth|fith fifth|wendsday wednesday|yesturday yesterday|anual annual|anually annually
buisnesses businesses|goverments governments`
    .split(/[|\n]/)
    .map((pair) => pair.trim().split(" ") as [string, string]),
);

/**
 * Small words that shape a question. They must be read rightly before anything else is, so their slips
 * are worked out in advance: two letters swapped, one left out, one doubled.
 */
export const SHAPING: readonly string[] =
  `what which where when while whose there their these those have does should could would about after
again because before between every from other with without your this that than then them they some such same
also much many most need want make take find give tell show explain describe write list compare difference best
please thanks help know like good kind people someone something anything thing through until under over into`.split(
    /\s+/,
  );

/**
 * Products and languages whose slips are no other word. Only where they are written small: a name with a
 * capital is taken at its word.
 */
export const PRODUCTS: readonly string[] =
  `python javascript typescript kubernetes postgres postgresql docker windows android iphone whatsapp instagram
facebook youtube netflix spotify photoshop powerpoint ubuntu github google chrome outlook minecraft excel linux wordpress
terraform jenkins ansible mongodb`.split(/\s+/);
