"""Which formulas LaTeX may be given: it runs commands, and those of mathematics do nothing else."""

import re

_LETTERS = """
alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau
upsilon phi chi psi omega digamma varepsilon vartheta varkappa varpi varrho varsigma varphi Alpha
Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau
Upsilon Phi Chi Psi Omega varGamma varDelta varTheta varLambda varXi
varPi varSigma varUpsilon varPhi varPsi varOmega aleph beth gimel daleth ell eth hbar hslash imath
jmath wp Re Im complement mho Bbbk partial nabla infty emptyset varnothing forall exists nexists
neg lnot top bot angle measuredangle sphericalangle triangle square blacksquare diamond lozenge
prime backprime surd flat natural sharp clubsuit diamondsuit heartsuit spadesuit degree
"""
_OPERATORS = """
sum prod coprod int iint iiint iiiint idotsint oint bigcap bigcup bigvee bigwedge bigoplus
bigotimes bigodot biguplus bigsqcup pm mp times div cdot ast star circ bullet bigcirc oplus ominus
otimes oslash odot cap cup Cap Cup sqcap sqcup uplus vee wedge lor land setminus smallsetminus wr
amalg dagger ddagger dotplus ltimes rtimes leftthreetimes rightthreetimes barwedge veebar intercal
boxplus boxminus boxtimes boxdot circledast circledcirc circleddash triangleleft triangleright
bigtriangleup bigtriangledown vartriangle triangledown bigstar And divideontimes centerdot arccos
arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf injlim ker lg lim liminf
limsup ln log max min Pr projlim sec sin sinh sup tan tanh varinjlim varprojlim varliminf
varlimsup bmod pmod mod pod curlyvee curlywedge doublebarwedge
"""
_RELATIONS = """
ne neq lt gt le leq ge geq ll gg lll ggg leqq geqq leqslant geqslant lesssim gtrsim lessgtr
gtrless lessapprox gtrapprox equiv sim simeq approx approxeq cong asymp doteq doteqdot propto
varpropto models perp mid nmid parallel nparallel in ni notin owns subset supset subseteq supseteq
subsetneq supsetneq subseteqq supseteqq nsubseteq nsupseteq sqsubset sqsupset sqsubseteq
sqsupseteq prec succ preceq succeq preccurlyeq succcurlyeq precsim succsim nprec nsucc nless ngtr
nleq ngeq nsim ncong vdash dashv Vdash vDash Vvdash nvdash nvDash bowtie Join frown smile between
because therefore colon coloneqq eqqcolon triangleq risingdotseq fallingdotseq circeq bumpeq eqsim
thicksim thickapprox trianglelefteq trianglerighteq vartriangleleft vartriangleright pitchfork not
to gets mapsto longmapsto iff implies impliedby leadsto multimap restriction upharpoonright lneq
gneq lneqq gneqq lnsim gnsim lessdot gtrdot lesseqgtr gtreqless precapprox succapprox precnsim
succnsim ntriangleleft ntriangleright nVdash nVDash backsim backsimeq Subset Supset
"""
_SHAPES = """
frac dfrac tfrac cfrac genfrac binom dbinom tbinom over atop choose sqrt root of stackrel overset
underset sideset substack overline underline overbrace underbrace overbracket underbracket hat
widehat tilde widetilde bar vec dot ddot dddot ddddot acute grave breve check mathring limits
nolimits displaystyle textstyle scriptstyle scriptscriptstyle smash phantom hphantom vphantom
boxed cancel bcancel xcancel left right middle big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr
biggr Biggr bigm Bigm biggm Biggm lbrace rbrace lbrack rbrack langle rangle lceil rceil lfloor
rfloor lvert rvert lVert rVert vert Vert lgroup rgroup lmoustache rmoustache ulcorner urcorner
llcorner lrcorner backslash mathop mathbin mathrel mathord mathopen mathclose mathpunct mathinner
operatorname strut mathstrut hdotsfor intertext vcenter underbar sp sb dots ldots cdots vdots
ddots dotsc dotsb dotsm dotsi dotso
"""
_TYPE = """
mathrm mathbf mathit mathsf mathtt mathbb mathcal mathfrak mathscr mathnormal boldsymbol bm pmb
symbf text textsuperscript textsubscript textdegree textrm textbf textit textsf texttt textnormal
textup mbox hbox rm bf it sf tt cal mit quad qquad thinspace medspace thickspace negthinspace
enspace hspace mspace mkern kern hfill space hline cline tag notag nonumber label color textcolor
S P pounds yen euro copyright circledR
"""
_WORDS = frozenset(f"{_LETTERS} {_OPERATORS} {_RELATIONS} {_SHAPES} {_TYPE}".split())
_ARROW = re.compile(r"[A-Za-z]*(?:arrow|arrows|arrowtail|harpoons?|harpoon(?:up|down|left|right))")
_ENVIRONMENT = re.compile(
    r"\s*\{(?:[bBpvV]?matrix|smallmatrix|array|subarray|[dr]?cases|align(?:at|ed|edat)?|flalign|"
    r"equation|eqnarray|gather(?:ed)?|multlined?|split|CD)\*?\}"
)
_COMMAND = re.compile(r"\\([A-Za-z]+|[^A-Za-z]|\Z)")


def is_mathematics(formula: str) -> bool:
    """Whether its commands are all known, so that it can only be set: none reads, writes or runs.

    `^^5c` is a backslash to TeX, and `\\@` may begin a name of its own.
    """
    return "^^" not in formula and all(
        _is_known(command[1], formula, command.end()) for command in _COMMAND.finditer(formula)
    )


def _is_known(command: str, formula: str, end: int) -> bool:
    if command in {"begin", "end"}:
        return bool(_ENVIRONMENT.match(formula, end))
    if command[:1].isascii() and command.isalpha():
        return command in _WORDS or bool(_ARROW.fullmatch(command))
    return command.isascii() and command not in {"", "@"}
