"""What a sentence points at outside itself: one before it, another place, its author, a website."""

import re

from pipeline.domain.language import detect_language
from pipeline.domain.persons import US, says_i

_THEY_ACT = (
    r"(?:[\w'’-]+ )?(?!(?:his|its|this|gas|news|sports)\b)[\w'’-]*[^\Ws]s "
    r"(?:(?:have|had|are|were) )?(?!(?:ago|abroad|alone|apart|away|there|here|together|outside|"
    r"inside|overseas|later|earlier)\b)[\w'’-]*[^\Ws],? they\b"
)
"""`Before pumps fail, they overheat`: behind a conjunction stands whom it speaks of."""

_DANGLING = re.compile(
    r"(?!(?-i:[A-Z]{2,})\b)(?:this|that|these|those|it|its|they|them|their|he|she|his|her|but|and|"
    r"so(?!-called)|or|yet|also|then|"
    r"thus|hence|therefore|however|moreover|furthermore|besides|nevertheless|nonetheless|instead|"
    r"otherwise|meanwhile|all (?:of )?(?:this|that|these|those)|consequently|"
    r"(?:all|some|most|many|few|each|both|neither|none) of (?:them|these|those)|"
    r"accordingly|similarly|likewise|conversely|additionally|alternatively|"
    r"finally|secondly|thirdly|(?:second|third)(?=,)|such|both(?! [\w-]+(?: [\w-]+)? and\b)|"
    r"neither|either|another|others|the (?:former|latter|other|same|above|following)|"
    r"the (?-i:second|third)|"
    r"the (?:first|last)(?=,(?! (?:the )?(?:second|third|fourth|fifth|sixth|and)\b)|"
    r" one\b(?! of (?!these|those|them)))|here|"
    r"the (?:answer|reason) (?:is|was)|"
    r"there(?!['’]s| (?:is|are|was|were|will|would|can|could|may|might|must|should|exists?|has|"
    r"have|had|remains?)\b)(?: too)?|for (?:example|instance|"
    r"this|these|that)|in (?:this|that|these|such|contrast|addition|turn|other words|short)|"
    r"as (?:a result|mentioned|noted|described|discussed|shown|above|such)|on the other hand|"
    r"at (?:this|that|the same) (?:point|time|stage)|by contrast|because of (?:this|that)|"
    r"to (?:this|that) end|with (?:this|that|these)|one (?:of (?:them|these)|such)|like this)\b|"
    r"(?=(?:[\w'’-]+ ){1,5}[\w'’-]+,)(?:[\w'’-]+ ){1,4}(?:this|these|those)\b|"
    rf"(?:in|on|at|for|with|by|from|during|under|(?:since|until|after|before)(?! {_THEY_ACT})) "
    r"(?:[\w'’-]+ ){0,2}[\w'’-]+,? "
    r"(?:they|he|she|"
    r"it (?!(?:is|was) (?!(?:\w+ )?(?:used|known|called) to\b|the (?:first|last|only|\w+est)\b)"
    r"(?:[^\s,;:]+ ){1,6}(?:to|that)\b)"
    r"(?:is|was|has|had|can|will) (?:still|also|now|already|only|an?|the|called|known|used))\b",
    re.IGNORECASE,
)
"""Or a short clause before its comma points: `On top of this, …`, or what is told behind one:
`In 2021 it was still the largest.` A first word in capitals is an abbreviation (IT), `The Second` a
name, `there are` no place, and the `it` of `it is known that` nothing that was told."""

_HAN_DANGLING = re.compile(
    r"(?:这|那(?!不勒斯|曲|霸)|该|此|其[中他它次实]?|它|他们|她|上述|上面|以上(?!海)|以下|下述|前者|后者|"
    r"因此|因而|所以|但(?![丁泽])|然而|不过|"
    r"而且|而|并(?![购行发网联列轨存排非])|此外|另外|同时|同样|然后|接着|随后|与此|例如|比如|"
    r"如此|如上|如下|如前|于是|由此|从而|否则|反之|相反|"
    r"换句话说|总之|综上|首先|其次|再次|最后|第[二三四五]，|另一[方种个]|即(?![时使便将刻日期])|则(?!天)|"
    r"也(?![门许])|还(?![原款债贷])|又|却|具体来说|对此|为此|答案(?=[很就也]|是(?!否))|"
    r"(?:在|从|对|就|按|自|随着|作为)[^，。；：]{1,20}，(?:[^，。；：]{1,15}，)?(?:[它她]|"
    r"他(?![国乡人山者律汀]|克莫司|莫昔芬|达拉非|唑巴坦|杀(?![死害了过掉]))))"
)
_HAN_APPOSITION = (
    r"[^，。；：了着过的都也就在对从把被用为是有与和以将于到之后前时使让向给年月日说想道看见问叫出论明认"
    r"]{2,8}这[个一座位项种](?:概念|术语|词语?|名称|说法|思想|理论|学说|方法|技术|现象|疾病|城市|国家|地区|"
    r"省份|作家|诗人|学者|画家|科学家|哲学家|思想家|政治家)(?![的，。；、])"
)
"""`鲁迅这位作家写了`: names itself what it points at; what is done to `这位作家` does not."""

_POINTS_BACK = re.compile(
    r"\b(?:these|those|such an?) (?!who\b|that\b|which\b|of\b|in\b|with\b)[a-z]+|"
    r"\bthe (?:former|latter|aforementioned)\b|^(?:in those|for (?:this|that|these|those)\b)|"
    r"\b(?:example|list|code|command|extract|snippet)s? (?:above|below)|"
    r"^from (?:then|there|now) on\b|上述|前述|后者|前者|这[些种类]|那些|"
    rf"^(?!{_HAN_APPOSITION})[^，。；：]{{1,20}}这[个一份项次位款套座条样]|"
    r"^(?!(?:[\w'’-]+ ){0,8}([\w'’-]{3,}),? (?:[\w'’-]+,? ){0,7}this \1s?\b)(?:[\w'’-]+ ){1,8}"
    r"this (?!year|month|week|day|morning|evening|century|decade|season|"
    r"(?-i:Act|Agreement|Convention|Law|Regulation|Treaty)\b)[a-z]",
    re.IGNORECASE,
)
"""Names inside a sentence what the one before it told, and not itself: `absorb carbon and this
carbon enters`, `the purpose of this Act`."""

_FIRST_PERSON = re.compile(
    r"\b(?:my|me|myself|let's|let us)\b|"
    r"(?:^|[，。])我(?![们国市县乡村院厂局司厅军党]|省(?!略)|镇(?!定)|校(?![对正验])|"
    r"区(?!分|别)|部(?!署|分)|方(?!便)|公司)|笔者|本人"
)
"""An official report says 我市 and 我校 of whom it is about; 我部署了 is said by a person."""

_PLURAL_PERSON = re.compile(
    rf"\b(?:we|our|you|your|we'll|you'll)\b|{US}|"
    r"我们|你们|您|(?<![成样基版课剧文])本文|大家(?![庭具族])",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:see|refer to|shown in|as in|cf\.) (?:also |the )?(?:(?:figs?|figures?|tables?|"
    r"sections?|chapters?|appendix|appendices|pages?|above|below)\b|http)|"
    r"\b(?:fig(?:ure)?|table)\.? \d|(?<!or )(?<!and )(?<!from )\b(?:above|below)[,.]|"
    r"\bthis (?:chapter|section|sidebar|manual|tutorial|page|report|paper|article|book|"
    r"document|guide|handbook|how-?to)\b|"
    r"\b(?:see|in) (?:the )?sidebar\b|^see also\b|\((?:see )?(?:chapter|section) \d|"
    r"\b(?:previous|preceding|next|following) (?:chapter|section|paragraph|page|figure|table|"
    r"example|listing|command)s?\b|\babove-mentioned\b|"
    r"\b(?:mentioned|described|discussed|shown|seen|noted|listed|given|detailed|outlined|explained|"
    r"introduced|presented|defined|stated) (?:above|below|earlier)\b|"
    r"\b(?:sections?|chapters?) \d+\.\d|"
    r"\b(?:described|discussed|explained|shown|seen|found) in (?:section|chapter|appendix) \d",
    re.IGNORECASE,
)
_HAN_DIGITS = r"\d一二三四五六七八九十百"
_HAN_ELSEWHERE = re.compile(
    # 如图所示, 见表 3, 参考图 9.3; of 常见表现, 可见图书馆 and 例如图像 none
    rf"(?:(?<![常可罕少意偏看])见|如|参考|请看)\s?[图表]"
    rf"(?=\s?[{_HAN_DIGITS}A-Z（(]|所示|所列|中|[，。；：）)])|"
    r"(?:见|如|参考|请看)\s?[上下前后左右附本][图表文章节录](?![件化字本程约点])|"
    rf"第\s?[{_HAN_DIGITS}]+\s?[章节][^，。]{{0,30}}(?:对此|有?详细(?:的?介绍|的?描述|的?讨论|的?说明))|"
    rf"(?:见|参考|请看)\s?(?:第\s?[{_HAN_DIGITS}]+|\d[\d.]*)\s?[章节页]|"
    # 下表列出, 上图所示; of 线上图书馆, 皮下表现 and 线下表演 none
    r"(?<![线网地海陆床])[上下][图表](?=[所中里为是列给显描说反可，。：（(])|以[上下]图表|"
    # 本章介绍, 上一节, 前节所述; of 成本节约, 基本章程 and 基本上节约 none
    r"(?<![成样基资版课剧文])本[章节](?![约点奏气能目省日课程余制流水电油])|[上下前后]一[章节](?![车课])|"
    r"(?<![本线晚会马早桌地井网桥])[上下前后][章节](?=[，。、；：的中里所将已讲说提介描])|"
    r"(?:上|下|前|后)文(?=[，。、；：的中里所将已讲说提介描])|参见|参阅|详见|请参考"
)
_NAVIGATION = re.compile(
    r"\bclick here\b|\ball rights reserved\b|©|\bcopyright (?:\d{4}|\(c\))|"
    r"\b(?:we|this (?:web)?site|our (?:web)?site) uses? cookies|\baccept (?:all )?cookies|"
    r"\bcookie (?:settings|preferences)\b|\bsubscribe (?:now|today|here|to our)\b|"
    r"\b(?:sign|log) (?:in|up|on) to (?:continue|comment|reply|read|view|vote|see more)\b|"
    r"\bsign up for (?:our|free|the newsletter|updates)\b|"
    r"^(?:(?:read|learn|find out|see) more|skip to|back to (?:the )?top|share this|"
    r"(?:the |this page was )?last (?:updated|modified|edited)|table of contents|"
    r"download (?:the )?pdf)\b|"
    r"\b(?:our (?:privacy policy|terms of (?:use|service))|agree to (?:our|the) terms)\b|"
    r"https?://|www\.|"
    r"版权所有(?![者权人])|点击(?:这里|此处|阅读原文|查看(?:原文|更多|详情))|"
    r"(?:登录|注册)后(?:即可|方可|可)?(?:查看|阅读|评论|发表|下载)|请先?(?:登录|注册)。|"
    r"立即(?:登录|注册|订阅)|订阅(?:我们|本站|本刊|公众号)|返回顶部|^(?:上|下)一[页篇]|^目录(?:$|[:：\s])|"
    r"(?:不得|请勿|禁止|谢绝|欢迎|如需)(?:[^，。]{0,6})转载|转载(?:请|须|需)|责任编辑[:：]|"
    r"扫码(?:关注|下载|阅读)|扫描[^，。]{0,4}二维码|阅读原文。?$",
    re.IGNORECASE,
)
"""What a website says of itself; a text may speak of 注册资本, 医保目录 and copyright."""


def leans(text: str) -> bool:
    """Whether it begins with a word that points at the sentence before it."""
    pattern = _HAN_DANGLING if detect_language(text[:200]) == "zh" else _DANGLING
    return bool(pattern.match(text))


def needs(text: str) -> bool:
    """Whether it points at the sentence before it, and can be told only right behind that."""
    return leans(text) or bool(_POINTS_BACK.search(text))


def is_of_its_place(text: str) -> bool:
    """Whether it is told by one person, sends the reader elsewhere, or belongs to a website."""
    patterns = (_FIRST_PERSON, _ELSEWHERE, _HAN_ELSEWHERE, _NAVIGATION)
    return says_i(text) or any(pattern.search(text) for pattern in patterns)


def speaks_to_readers(text: str) -> bool:
    """Whether it says `we` or `you`: it can be told, and reads badly in the text of another."""
    return bool(_PLURAL_PERSON.search(text))
