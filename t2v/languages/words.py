"""Colours, motions and the word "background" in twenty languages, as regular expressions.

A fragment is the beginning of a word, whatever its ending; `\\b` ends it, and `_` stands for a space. In
Chinese and Japanese, which write no spaces, a fragment may stand anywhere.
"""

COLOURS = "white gray black red orange yellow green turquoise blue purple pink brown".split()
MOTIONS = ["moving left", "moving right", "moving up", "moving down", "growing", "shrinking", "spinning"]
BACKGROUND = "background"

# A language's fragments: of the background; of each of COLOURS; of each of MOTIONS, between commas.
TABLE: dict[str, tuple[str, str, str]] = {
    "da": (
        "baggrund",
        "hvid grå sort rød orange gul grøn turkis blå lilla|violet lyserød|pink brun",
        "venstre, højre, op\\b|opad|stige, ned\\b|nedad|falde, vokse|større, krymp|skrump|mindre,"
        " snurre|drej|roter",
    ),
    "de": (
        "hintergrund|untergrund",
        "weiß|weiss grau schwarz rot orange gelb grün türkis blau lila|violett rosa|pink braun",
        "links, rechts, nach_oben|aufwärts|hinauf|steig,"
        " nach_unten|abwärts|hinunter|herunter|fäll|fallend|sink,"
        " wächs|wachs|größer, schrumpf|kleiner_w, dreh|rotier|kreis|wirbel|sich_dreh",
    ),
    "es": (
        "fondo",
        "blanc gris negr roj naranja|anaranjad amarill verde turquesa azul morad|púrpura|violeta ros[ao]\\b"
        " marr[oó]n",
        "izquierda, derecha, arriba|sube\\b|subiendo, abajo|baja\\b|bajando|cae\\b|cayendo, crec,"
        " encog|achic, gira\\b|girando|da_vueltas|dando_vueltas",
    ),
    "et": (
        "taust",
        "valge hall must puna oran[žz] kolla roheli türkiis sini lilla|violet roosa pruun",
        "vasak, parem, üles|tõus, alla\\b|lange|kukub, kasva|suurene, kahane|vähene, keerle|pöörle|tiirle",
    ),
    "fi": (
        "taust|pohja",
        "valkoi harmaa must puna oranss kelta vihre turkoos sini violet|purppura|liila"
        " pinki|pinkki|vaaleanpuna"
        " rusk",
        "vasem|vasen, oike, ylös|nouse, alas|puto|laske, kasva|suurene, kutistu|pienene, pyöri",
    ),
    "fr": (
        "fond\\b|arrière-plan",
        "blanc gris noir rouge orange jaune vert turquoise bleu violet|mauve rose\\b marron|brun",
        "gauche, droite, vers_le_haut|monte|montant, vers_le_bas|descend|tomb, grandi|grossi,"
        " rétréci|rapetiss,"
        " tourn|pivot",
    ),
    "hi": (
        "पृष्ठभूमि|बैकग्राउंड",
        "सफ़ेद|सफेद|सफ़ेद ग्रे|धूसर|स्लेटी काल लाल नारंगी पीला|पीली|पीले हरा|हरी|हरे फ़िरोज़ी|फिरोजी"
        " नीला|नीली|नीले बैंगनी गुलाबी"
        " भूरा|भूरी|भूरे",
        "बाएँ|बाएं|बायीं|बाईं, दाएँ|दाएं|दायीं|दाईं, ऊपर, नीचे|गिर, बढ़त|बड़ा_हो|बड़ी_हो, सिकुड़|छोटा_हो|छोटी_हो, घूम",
    ),
    "hu": (
        "háttér|hátter",
        "fehér szürke fekete piros|vörös narancs sárga zöld türkiz kék lila rózsaszín barna",
        "balra|bal_felé, jobbra|jobb_felé, felfelé|emelked, lefelé|zuhan|esik\\b|süllyed,"
        " növek|növő|nagyobb,"
        " zsugor|kisebb|összemegy, forog|forgó|pörög|pörgő",
    ),
    "it": (
        "sfondo",
        "bianc grigi ner[oaie]\\b ross arancion giall verd turchese blu\\b|azzurr viola rosa\\b marrone",
        "sinistra, destra, verso_l['’]alto|in_alto|sale\\b|salendo,"
        " verso_il_basso|giù\\b|in_basso|scend|cade,"
        " cresc|ingrand, rimpicciol|restring, gira\\b|girando|ruot",
    ),
    "ja": (
        "背景",
        "白 灰色|グレー 黒 赤 オレンジ 黄 緑|グリーン ターコイズ|水色 青|ブルー 紫|パープル ピンク|桃色 茶色",
        "左, 右, 上へ|上昇|昇, 下へ|落ち|降り|下降, 大きくな|成長|拡大, 小さくな|縮,"
        " 回転|回る|回って|くるくる",
    ),
    "ko": (
        "배경|바탕",
        "하얀|흰|하양 회색 검은|검정|까만 빨간|빨강|붉은 주황|오렌지 노란|노랑 초록|녹색 청록|옥색"
        " 파란|파랑|푸른"
        " 보라 분홍|핑크 갈색",
        "왼쪽|좌측, 오른쪽|우측, 위로|올라|상승, 아래로|내려|떨어, 커지|자라|커져, 작아지|줄어|작아져,"
        " 도는|돌고|돌아|회전|빙글",
    ),
    "nb": (
        "bakgrunn",
        "hvit grå svart|sort rød oransje gul grønn|grøn turkis blå lilla|fiolett rosa brun",
        "venstre, høyre, oppover|opp\\b|stige, nedover|ned\\b|falle, vokse|større, krymp|mindre,"
        " snurr|roter|dreie",
    ),
    "nl": (
        "achtergrond",
        "wit grijs|grijze zwart rood|rode oranje geel|gele groen turquoise|turkoois blauw paars roze bruin",
        "links, rechts, omhoog|naar_boven|stijg, omlaag|naar_beneden|valt\\b|vallend|daal, groei|groter,"
        " krimp|kleiner, draai|tolt|tollend|rote",
    ),
    "pl": (
        "tle\\b|tło\\b|tła\\b|tłem\\b",
        "biał szar czarn czerwon pomarańcz żółt zielon turkus niebiesk fiolet różow brąz",
        "w_lewo|lewo, w_prawo|prawo, w_górę|do_góry|wznosi|unosi, w_dół|spada|opada, rosn|rośn|powiększ,"
        " kurcz|zmniejsz|malej, obrac|kręc|wiruj",
    ),
    "pt": (
        "fundo",
        "branc cinz pret|negr vermelh laranja amarel verde turquesa azu[li] rox|violeta rosa\\b|cor-de-rosa"
        " marrom|castanh",
        "esquerda, direita, para_cima|subindo|sobe\\b, para_baixo|descendo|desce\\b|caindo|cai\\b, cresce,"
        " encolh|diminui, gira\\b|girando|rodando|rodopi",
    ),
    "ru": (
        "фон",
        "бел сер[ыоаеу] ч[её]рн красн|ал[ыоа] оранжев ж[её]лт зел[её]н бирюзов син|голуб"
        " фиолетов|пурпурн|лилов"
        " розов коричнев",
        "влево|налево, вправо|направо, вверх|поднима|взлета, вниз|пада|опуска, раст[её]т|растущ|увелич,"
        " уменьш|сжима, враща|крут|верт",
    ),
    "sv": (
        "bakgrund",
        "vit grå svart röd orange gul grön turkos blå lila|violett rosa brun",
        "vänster, höger, uppåt|upp\\b|stige, nedåt|ned\\b|ner\\b|falle, växe|växa|växande|större,"
        " krymp|mindre,"
        " snurr|rotera|roterande",
    ),
    "uk": (
        "тлі\\b|тло\\b|фон",
        "біл сір чорн червон помаранч|оранжев жовт зелен бірюзов син|блакитн|голуб"
        " фіолетов|бузков|пурпуров рожев"
        " коричнев",
        "ліворуч|вліво, праворуч|вправо, вгору|угору|підніма|догори, вниз|униз|пада|опуска,"
        " рост|зроста|збільш,"
        " зменш|стиска, оберта|крут|кружля",
    ),
    "vi": (
        "nền",
        "trắng xám đen đỏ cam vàng xanh_lá_cây|xanh_lá|lục xanh_ngọc|ngọc_lam"
        " xanh_dương|xanh_da_trời|xanh_lam|xanh"
        " tím hồng nâu",
        "sang_trái|qua_trái|về_bên_trái, sang_phải|qua_phải|về_bên_phải, lên, xuống|rơi,"
        " lớn_lên|lớn_dần|to_dần|to_ra,"
        " nhỏ_lại|nhỏ_dần|thu_nhỏ|co_lại, xoay|quay",
    ),
    "zh": (
        "背景",
        "白 灰 黑 红|紅 橙|橘 黄|黃 绿|綠 青绿|青色|绿松石 蓝|藍 紫 粉红|粉色|粉 棕|褐",
        "向左|往左|左移, 向右|往右|右移, 向上|往上|上升|升起, 向下|往下|下降|落下|掉下|下落,"
        " 变大|变大|长大|放大,"
        " 变小|缩小|縮小, 旋转|旋轉|转圈|转动",
    ),
}

# Small words, which name nothing.
SMALL: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "da": "en et den det og på med i af til for som der er foran mod sig bevæger",
        "de": "ein eine einen einem einer der die das den dem und auf mit vor im in am an zu nach"
        " von sich bewegt ist"
        " läuft fliegt unter über neben hinter bei zum zur",
        "es": "un una el la los las y sobre con en de del que se mueve hacia a la ante por para al",
        "et": "ja on see üks peal ees liigub poole kes mis",
        "fi": "ja on se joka yksi päällä edessä liikkuu kohti",
        "fr": "un une le la les l et sur avec dans en de du des d qui à se s devant vers est déplace au aux",
        "hi": "एक और पर में के का की से है हैं जा रहा रही हुआ हुई तरफ़ ओर वह",
        "hu": "egy a az és van előtt mozog ami felé kis nagy",
        "it": "un uno una il lo la l i gli e su sul sullo sulla con in nel nello nella di del della che si"
        " verso davanti muove",
        "ja": "",
        "ko": "한 그리고 위의 위에 위에서 움직이는 에서 으로 가는 있는",
        "nb": "en et ei den det og på med i av til for som er foran mot seg beveger",
        "nl": "een de het en op met in van naar die dat voor is zich beweegt aan",
        "pl": "i na w z do jest który która się przed porusza jedzie leci",
        "pt": "um uma o a os as e em no na com de do da que se sobre para move",
        "ru": "и на в с к из который которая перед едет идет идёт летит движется",
        "sv": "en ett den det och på med i av till för som är framför mot sig rör",
        "uk": "і й та на в у з до який яка перед їде рухається летить",
        "vi": "một con cái chiếc trên và với màu đang của di chuyển bay chạy trong",
        "zh": "",
    }.items()
}
# Everyday names that the table of names has under another word, or for another emoji; a drawing by its name.
ALSO: dict[str, dict[str, str]] = {
    "da": {"ræv": "1f98a"},
    "fr": {"cage": "birdcage"},
    "hi": {"कार": "1f697", "साही": "porcupine"},
    "it": {"macchina": "1f697", "ballerina": "ballerina"},
    "ja": {"猫": "1f408", "犬": "1f415", "コンセント": "power outlet", "盆栽": "bonsai"},
    "ko": {"분재": "bonsai"},
    "pl": {"lis": "1f98a", "niedźwiedź": "1f43b", "fotel": "armchair"},
    "pt": {
        "cão": "1f415",
        "tomada": "power outlet",
        "tomada elétrica": "power outlet",
        "porco-espinho": "porcupine",
        "lagartixa": "gecko",
        "bailarina": "ballerina",
    },
    "ru": {"машина": "1f697", "розетка": "power outlet", "кресло": "armchair"},
    "sv": {"räv": "1f98a", "trehjuling": "tricycle"},
    "uk": {"машина": "1f697", "розетка": "power outlet"},
    "vi": {"gấu trúc": "1f43c"},
    "zh": {"车": "1f697"},
}
UNSPACED = ("ja", "zh")  # languages without spaces between words
UNINFLECTED = ("vi",)  # languages whose words have no endings

# Emoji that stand for no thing: a colour's square or circle, an arrow.
SIGNS = {
    "⬜": "white", "⬛": "black", "🟥": "red", "🟧": "orange", "🟨": "yellow", "🟩": "green", "🟦": "blue",
    "🟪": "purple", "🟫": "brown", "⬅": "moving left", "➡": "moving right", "⬆": "moving up",
    "⬇": "moving down", "🔄": "spinning", "🔃": "spinning",
}  # fmt: skip
