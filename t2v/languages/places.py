"""Where something is, in twenty languages, as the regular expressions of `words`."""

SCENERY = [
    "in space", "at night", "on a beach", "under water", "in the snow", "in the sky", "in a city",
    "in the desert", "in the mountains", "in a forest", "at sunset",
]  # fmt: skip
PLACES: dict[str, str] = {  # a language's fragments of each of SCENERY, between commas
    "da": r"rummet\b|verdensrum, om_natten|nat\b|natten\b, strand\b|stranden\b, under_vand,"
    r" sne\b|sneen\b, himmel\b|himlen\b, by\b|byen\b, ørken\b|ørkenen\b, bjerge\b|bjergene\b,"
    r" skov\b|skoven\b, solnedgang",
    "de": r"weltraum\b|weltall\b|im_all\b, nachts\b|nacht\b, strand\b, unter_wasser|unterwasser\b,"
    r" schnee\b, himmel\b, stadt\b, wüste\b, berge\b|bergen\b|gebirge\b, wald\b,"
    " sonnenuntergang",
    "es": r"espacio\b, noche\b, playa\b, bajo_el_agua|debajo_del_agua, nieve\b, cielo\b, ciudad\b,"
    r" desierto\b, montañas?\b, bosque\b, atardecer\b|puesta_de_sol",
    "et": r"kosmos\b|kosmoses\b, öösel\b, rannal\b|rannas\b, vee_all\b, lumes\b, taevas\b, linnas\b,"
    r" kõrbes\b, mägedes\b|mägede\b, metsas\b, päikeseloojang",
    "fi": r"avaruudessa\b, yöllä\b|yössä\b, rannalla\b, veden_alla\b|vedessä\b, lumessa\b,"
    r" taivaalla\b, kaupungissa\b, aavikolla\b|autiomaassa\b, vuorilla\b|vuoristossa\b,"
    r" metsässä\b, auringonlasku",
    "fr": r"espace\b|l['’]espace\b, nuit\b, plage\b, sous_l['’]eau\b, neige\b, ciel\b, ville\b,"
    r" désert\b, montagnes?\b, forêt\b, coucher_de_soleil|coucher_du_soleil",
    "hi": "अंतरिक्ष, रात, समुद्र_तट, पानी_के_नीचे|पानी_में, बर्फ़_में|बर्फ_में, आसमान|आकाश, शहर,"
    " रेगिस्तान|मरुस्थल, पहाड़ों|पहाड़ों, जंगल, सूर्यास्त",
    "hu": r"űrben\b|világűrben\b, éjjel\b|éjszaka\b, strandon\b|tengerparton\b, víz_alatt\b,"
    r" hóban\b, égen\b|égben\b, városban\b, sivatagban\b, hegyekben\b|hegyen\b, erdőben\b,"
    " naplemente",
    "it": r"spazio\b, notte\b, spiaggia\b, sott['’]acqua\b, neve\b, cielo\b, città\b, deserto\b,"
    r" montagn[ae]\b, bosco\b|foresta\b, tramonto\b",
    "ja": "宇宙, 夜, 海辺|ビーチ|砂浜|浜辺, 水中|水の中|海の中|海中, 雪の中|雪の上,"
    " 空に|空の|空を|空で, 街|町|都市, 砂漠, 山に|山の|山で|山々, 森, 夕日|夕焼け|日没",
    "ko": r"우주\b|우주에|우주의, 밤\b|밤에|밤의, 해변, 물속|물_속|바닷속|수중, 눈_속|눈밭|눈_위,"
    " 하늘, 도시, 사막, 산에|산속|산_위, 숲, 노을|일몰|해질녘",
    "nb": r"rommet\b|verdensrommet\b, om_natten|natt\b|natten\b, strand\b|stranden\b, under_vann,"
    r" snø\b|snøen\b, himmel\b|himmelen\b, byen\b, ørken\b|ørkenen\b, fjellet\b|fjellene\b,"
    r" skog\b|skogen\b, solnedgang",
    "nl": r"ruimte\b|heelal\b, nachts\b|nacht\b, strand\b, onder_water|onderwater\b, sneeuw\b,"
    r" lucht\b|hemel\b, stad\b, woestijn\b, bergen\b, bos\b, zonsondergang",
    "pl": r"kosmosie\b|przestrzeni_kosmicznej, noc\b|nocy\b|nocą\b, plaży\b, pod_wodą\b, śniegu\b,"
    r" niebie\b, mieście\b, pustyni\b, górach\b, lesie\b, zachód_słońca|zachodzie_słońca",
    "pt": r"espaço\b, noite\b, praia\b,"
    r" debaixo_d['’]água|embaixo_d['’]água|debaixo_da_água|sob_a_água, neve\b, céu\b,"
    r" cidade\b, deserto\b, montanhas?\b, floresta\b, pôr_do_sol",
    "ru": r"космос[еау]?\b, ночью\b|ночи\b|ночь\b, пляж[еа]?\b, под_водой\b, снегу\b, неб[ео]\b,"
    r" город[еа]?\b, пустын[еяи]\b, горах\b, лесу?\b, закат[еа]?\b",
    "sv": r"rymden\b, natt\b|natten\b, strand\b|stranden\b, under_vatten, snö\b|snön\b,"
    r" himmel\b|himlen\b, stad\b|staden\b, öken\b|öknen\b, bergen\b, skog\b|skogen\b,"
    " solnedgång",
    "uk": r"космос[іу]?\b, вночі\b|уночі\b|ніч\b|ночі\b, пляж[іу]?\b, під_водою\b, снігу\b,"
    r" неб[іо]\b, міст[іо]\b, пустел[іяю]\b, горах\b, ліс[іу]?\b, захід_сонця|заході_сонця",
    "vi": r"vũ_trụ|không_gian, ban_đêm|đêm\b, bãi_biển, dưới_nước, trong_tuyết, trên_trời|bầu_trời,"
    " thành_phố, sa_mạc, trên_núi, trong_rừng, hoàng_hôn",
    "zh": "太空|宇宙, 夜晚|夜里|夜裡|晚上|夜间, 海滩|海灘|沙滩|沙灘|海边|海邊, 水下|水中|海底,"
    " 雪地|雪中|雪里|雪裡, 天空|天上, 城市|城里|城裡, 沙漠, 山上|山中|山里|山裡,"
    " 森林|树林|樹林, 日落|黄昏|黃昏|夕阳",
}
