"""Closed classes of words, by which a phrase is told from a predicate without a model."""

import re

_DETERMINERS_TEXT = """
    a an the some several many most more any each every all both no few other such these those
    our your its their his her my one two three four five
"""
DETERMINERS = frozenset(_DETERMINERS_TEXT.split())
"""Left out at the beginning of a phrase."""

_LINKS_TEXT = """
    of and or for in on to with from at by into between against versus
"""
LINKS = frozenset(_LINKS_TEXT.split())
"""Allowed inside a phrase, not at its end."""

_OPENERS_TEXT = """
    if when while where although though because since as after before once until unless whereas
    asked
    in on at by for from with without within under over during through to of about among between
    across besides despite given like unlike instead only not never rarely here there then thus
    therefore however moreover furthermore also finally first second third next still yet even
    this that these those it they he she we you i its their what which who how why and but or so
    both either neither nor let please note using used based see according depending such
    whether whatever whenever wherever again similarly likewise conversely otherwise nonetheless
    nevertheless meanwhile consequently accordingly additionally prior beyond greater very
    there's it's that's thanks sometimes often usually generally basically obviously
"""
OPENERS = frozenset(_OPENERS_TEXT.split())
"""A sentence that begins with one does not begin with its subject."""

_PREDICATES_TEXT = """
    is are was were be been being am isn't aren't wasn't weren't has have had can could must
    should may might will would shall do does did cannot can't don't doesn't didn't won't that
    which who whom whose where when while if because so as than then not n't also often usually
    always never only still already therefore however thus now just even too but yet seldom
    sometimes both rather simply there it they he she we you i this these those
"""
PREDICATES = frozenset(_PREDICATES_TEXT.split())
"""What ends a subject: auxiliaries, pronouns, adverbs, words that begin a clause."""

_NO_VERBS_TEXT = """
    that which who whom whose where when while if because so as than then not also often usually
    always never only still already therefore however thus now just even too but yet seldom
    sometimes both rather simply there it they he she we you i this these those
"""
NO_VERBS = frozenset(_NO_VERBS_TEXT.split())
"""Those of them that are no verbs."""

_GENERIC_TEXT = """
    answer aspect bit case chapter end example fact figure following general information kind
    lot notice number option part place point possibility purpose reason result section
    situation solution table thing time type value way word whole half million billion percent
    euro euros pound pounds dollar dollars minute minutes hour hours day days week weeks month
    months monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays
    thursdays fridays saturdays sundays january february march april june july august september
    october november december larger smaller longer shorter higher lower chance
    方式 方面 内容 情况 情况下 里面 部分 时候 其他 东西 事情 要点
    目标 说明 例子 有关 问题 自动 详细 理解 相关内容 本章 本节 注意 提示 补充
"""
GENERIC = frozenset(_GENERIC_TEXT.split())
"""Words that could stand over any section: alone, or as the head of a phrase, they say nothing."""

_VAGUE_TEXT = """
    main first second third next last new same whole entire good better best major important
    common typical general basic simple different various certain further following previous
    specific particular own single several usual additional final actual current
"""
VAGUE = frozenset(_VAGUE_TEXT.split())
"""Adjectives that say nothing at the beginning of a title."""

_CLEAR = """
    accept achieve adapt add adjust agree allow apply argue arise arrive ask assume attract
    avoid become begin belong bring build buy carry choose collect combine come compare compete
    comply comprise confirm consist constitute contain continue contribute convert correct
    create decide decline deliver depend derive describe deserve determine differ disappear
    distinguish divide dominate draw eliminate emerge employ enable encourage enjoy ensure enter
    establish exceed exist expand expect explain extend fail fall feed feel fill follow gain
    generate get give go grow guarantee happen help hide hold identify illustrate imply improve
    include indicate inform introduce invest involve join keep know lack lay learn leave let lie
    lift live lose lower maintain make matter mean meet misread modify need occur operate
    originate perform permit prefer prepare prevent produce promote protect prove provide raise
    reach read receive recognise recommend reduce refer reflect regulate rely remain remember
    remove replace represent require retrieve reveal save say see seek seem sell send serve shed
    show solve speak spend spread stand stay strike suffer suggest suit suppose surround take
    teach tell tend threaten turn understand wait want weigh write
"""
_EITHER = """
    access account act affect age aim answer appear approach attack balance base benefit build
    call cause change charge claim close concern connect control copy cost cover cut deal
    decrease define demand design develop discuss display dominate drive drop end experience
    face find fit fix flow focus force form handle hand have increase influence install judge
    lead limit link list look manage mark measure mix monitor move name note offer open order
    pass pay place plan play point present preserve process produce promise pull push put
    question range record recover release relieve report resist rest result return rise run
    separate set settle shape share shift shorten slow spare split start state stem stop store
    study supply support test touch trade travel treat use vary view visit vote warn waste watch
    weaken work
"""


def _forms(verbs: str) -> frozenset[str]:
    """Present, with and without -s."""
    return frozenset(form for verb in verbs.split() for form in (verb, _third(verb)))


def _third(verb: str) -> str:
    if verb.endswith(("s", "x", "ch", "sh", "o")):
        return f"{verb}es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ies"
    return f"{verb}s"


_PAST_TEXT = """
    became began brought built came chose did drew fell felt found gave got grew held kept knew
    laid led left lost made meant met paid ran read rose said saw sent sold spent stood struck
    took taught told went won wrote
"""
_PAST = frozenset(_PAST_TEXT.split())

_NEVER_PLURALS = (
    "allows brings covers drives finds fixes gives guards handles happens moves offers opens pays "
    "pulls pushes puts shortens treats turns varies warns weakens works"
)

CLEAR_VERBS = _forms(_CLEAR) | _PAST | frozenset(_NEVER_PLURALS.split())
"""Verbs that are hardly ever nouns."""

VERBS = CLEAR_VERBS | frozenset(_EITHER.split())
"""With those that are nouns as well: verbs only behind a plural."""

EITHER_VERBS = frozenset(_EITHER.split()) | _forms(_EITHER)
"""Verbs that are nouns as well, with and without -s: verbs before a determiner."""

HAN_STARTS = re.compile(
    r"[在以于到向当因其此该这那每某各又没未做写给请且被着]|将(?!来|军)|如(?!意)|"
    r"(?:希望|加入|成为|使用|利用|通过|根据|基于|位于|看到|得到|找到|然后|接着|最后|同样|特别|常常|仔细|值得|"
    r"建工|受(?!众|益|体|理|托|访|限)|考虑|选择(?!题)|定义|执行|运行(?=.{3})|创建(?!者)|了解|打开|输入(?=.{3})|查看|确认)"
)
"""No Chinese noun phrase starts so."""

HAN_ENDS = re.compile(
    r"(?:[中上下里内后前时第旨们尽称知道优于到在得着过将会和与及或了是被把给由从向以其该此这那个种些为不没还也都就多带]|同样|直接|过程中|人们|以来|每天|每年|[^不并从尚]未|(?<!目)的|(?<!功|性|储|智|职|动|节|效|热|电|技|才)能|[^申]请)$"
)
"""None ends so."""

HAN_PREDICATE = re.compile(
    r"关心|以来|[，。；：！？,;:]|往往|通常|一般|无法|比较|(?<!对|相|占|价|环|同|类|可|无|分)比(?!例|较|如|重|率|值|赛|特)|容易|按照|配合|移交|降低|提高|减少|减轻|保证|确保|帮助|实现|表示|显示|表明|占用|争用|监督(?=[^的])|参与(?=[^的度者]{2})|最(?!小|大|低|高|终|优|佳|新)|较(?=[^为]{0,2}[，。难多少高低大小])|太|很|更(?!新|改|换|正|衣|名)|还|只(?!读|有)|先|再(?!生|现)|服务于|首先|同时|仍然|仍|已经|已|都(?!市|会)|也(?!门)|才(?!能|华)|就(?!业|医|餐|地)|"
    r"是(?!否)|并不|不(?!足|良|同|动|法|稳|确定|一致|动产|等式|可逆)|没有|"
    r"应当|应该|应(?!用|急|对|答|力|变|收)|必须|需要|(?<!必|急|供|所)需(?!求|水|量)|可以|(?<!许|认)可(?!靠|用|信|读|视|行|选|移|持续|再生|见|变|逆|控|比|重复|扩展|维护|执行)|"
    r"能够|能否|(?<!功|性|储|智|职|动|节|才|效|热|电|风|只|势|赋|技|光|产|核|机)能(?!力|源|量|耗|效|见|级|源|否)|"
    r"(?<!社|机|委|协|大|集|学|议|员|工|晚|都|展|峰|年|国|商|教)会(?!议|员|计|话|展|场|长|谈|诊)|"
    r"(?<!主|重|需|必|简|纪|摘|概|提|次|只|首|想|不)要(?!求|素|点|闻|约|害|件|领|么)|"
    r"(?<!自|理|缘|事|路)由(?!来|于)|包括|包含|涉及|成为|属于|具有|意味着|取决于|主要(?=是|由|用|有|包|为|指|取)|"
    r"分为|指的?是|指出|负责|提供|支持(?=[^的]{2})|适合|用于|用来|采用|决定|影响(?=[^的]{2})|关注|检查(?=[^的表]{2})|"
    r"考察|反映|占据|来自|说明|使得|导致|引起|带来|允许|要求(?=[^的]{2})|发生(?!率|器|地)|出现|带有|存在|进行|开始|"
    r"(?<!所|没|拥|国|私|公|共|持|含|专|独|特|固|原|现)有(?!效|限|关|机|利|力|序|害|色|无|线|偿)|"
    r"(?<!现|存|所|潜|实|内|外)在(?!线|校|职|途|建|于|地)|(?<!反|相|应|核|针|面|比|绝|成|校|配|派|敌)对(?!象|比|策|话|照|齐|手|抗|接|账|称|应)|"
    r"从(?!业|事|属)|把(?!手|握)|被(?!动|告|褥)|将(?!来|军)|使(?!用|命|馆|得|者)|让(?!步)|(?<!因|行|认|作|成|称|人|视|变|改|设)为(?!了|何|止|主)"
)
"""Where a Chinese predicate begins; the exceptions are words that only contain the character."""
