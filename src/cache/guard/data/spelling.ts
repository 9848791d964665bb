/** British and American spellings (and one-word forms) of the same word; the right side is kept. */
export const SPELLINGS: Readonly<Record<string, string>> = Object.fromEntries(
  `grey gray|greyscale grayscale|mould mold|mouldy moldy|centre center|centres centers|theatre theater|theatres theaters
litre liter|litres liters|millilitre milliliter|millilitres milliliters|metre meter|metres meters|centimetre centimeter
centimetres centimeters|millimetre millimeter|millimetres millimeters|kilometre kilometer|kilometres kilometers
fibre fiber|fibres fibers|catalogue catalog|catalogues catalogs|programme program|programmes programs|dialogue dialog
sulphur sulfur|sulphate sulfate|licence license|licences licenses|defence defense|offence offense|pyjamas pajamas
travelled traveled|travelling traveling|traveller traveler|travellers travelers|cancelled canceled|cancelling canceling
modelling modeling|modelled modeled|labelled labeled|labelling labeling|fuelled fueled|signalling signaling
marvellous marvelous|jewellery jewelry|aluminium aluminum|plough plow|manoeuvre maneuver|oestrogen estrogen
anaemia anemia|anaemic anemic|paediatric pediatric|paediatrician pediatrician|haemoglobin hemoglobin
haemorrhage hemorrhage|diarrhoea diarrhea|foetus fetus|orthopaedic orthopedic|gynaecologist gynecologist
leukaemia leukemia|caesarean cesarean|encyclopaedia encyclopedia|mum mom|mums moms|maths math|enrol enroll
fulfil fulfill|skilful skillful|learnt learned|burnt burned|spelt spelled|dreamt dreamed|ageing aging
judgement judgment|acknowledgement acknowledgment|yoghurt yogurt|yoghurts yogurts|doughnut donut|doughnuts donuts
cosy cozy|sceptical skeptical|moustache mustache|artefact artifact|artefacts artifacts|aeroplane airplane
aeroplanes airplanes|adviser advisor|advisers advisors|practise practice|omelette omelet|omelettes omelets
chilli chili|coeliac celiac|tyre tire|tyres tires|kerosine kerosene|tonne metric_ton|tonnes metric_tons
analyse analyze|analysed analyzed|analyses analyzes|analysing analyzing|paralyse paralyze|catalyse catalyze
colour color|colours colors|coloured colored|colouring coloring|colourful colorful|flavour flavor|flavours flavors
behaviour behavior|behaviours behaviors|favourite favorite|favourites favorites|favour favor|neighbour neighbor
neighbours neighbors|neighbourhood neighborhood|honour honor|labour labor|humour humor|harbour harbor|rumour rumor
vapour vapor|odour odor|armour armor|savoury savory|endeavour endeavor|tumour tumor|rigour rigor|vigour vigor
glamour glamor|saviour savior|parlour parlor|mustn't mustn't|anymore any_more|ok okay|alright all_right|plow plow
whilst while|amongst among|towards toward|afterwards afterward|backwards backward|forwards forward|upwards upward
downwards downward|till until|'til until|thru through|tho though|ur your|postgres postgresql|k8s kubernetes
specialise specialize|organisation organization|organisations organizations|storey story_floor|toward toward
sulphuric sulfuric|skillset skill_set|e-mail email|e-mails emails|wi-fi wifi|on-line online|web-site website`
    .split(/[|\n]/)
    .map((pair) => pair.trim().split(" ") as [string, string]),
);

/** Words in -ise and their forms that have no form in -ize. */
export const ALWAYS_ISE: ReadonlySet<string> = new Set(
  `adv exerc surpr prom r w no ra pra prec otherw likew expert prem enterpr franch superv rev dev disgu comprom telev
merchand improv compr dem parad conc ar cru bru po desp treat turquo torto porpo exc inc advert appra clockw bra ma
counterclockw med cha uprais lou circumc ch leastw`
    .split(/\s+/)
    .filter((stem) => stem.length > 0),
);
