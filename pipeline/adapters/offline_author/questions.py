"""Questions that a section must answer, by its kind, in English and Chinese."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "intro",
    "summary",
    "conclusion",
    "background",
    "concepts",
    "goals",
    "method",
    "findings",
    "evaluation",
    "comparison",
    "options",
    "cost",
    "risks",
    "benefits",
    "plan",
    "resources",
    "setup",
    "steps",
    "example",
    "trouble",
    "operation",
    "mechanism",
    "solution",
    "uses",
    "advice",
    "outlook",
    "analysis",
    "other",
]


@dataclass(frozen=True, slots=True)
class Questions:
    """The words of a title that announce the kind, and the questions in both languages."""

    announced_by: re.Pattern[str]
    en: tuple[str, ...]
    zh: tuple[str, ...]


def _questions(words: str, en: str, zh: str) -> Questions:
    return Questions(
        re.compile(words, re.IGNORECASE),
        tuple(f"{question.strip()}?" for question in en.split("?") if question.strip()),
        tuple(f"{question.strip()}？" for question in zh.split("？") if question.strip()),
    )


QUESTIONS: dict[Kind, Questions] = {
    "summary": _questions(
        r"summary|abstract|key points|摘要|概要|要点",
        "What is the question, and what is the answer in one sentence? "
        "Which three facts carry it? What should the reader do now?",
        "要回答的问题是什么，一句话的答案是什么？哪三个事实支撑这个答案？读者现在应该做什么？",
    ),
    "conclusion": _questions(
        r"conclusion|concluding|closing|结论|结语|总结|小结",
        "What has been shown? How sure is it, and what would change it? What follows from it?",
        "已经说明了什么？把握有多大，什么会改变这一判断？由此可以得出什么？",
    ),
    "intro": _questions(
        r"introduction|about this|preface|foreword|引言|绪论|前言|导言|关于本",
        "Why should the reader care now? What does the document answer, and what does it leave "
        "out? How is it built?",
        "读者为什么现在要关心这个问题？本文回答什么，不回答什么？全文如何安排？",
    ),
    "comparison": _questions(
        r"compar|versus|\bvs\b|trade-?off|比较|对比|权衡",
        "By which measures are the options compared? Where do they really differ? "
        "Which one fits which case?",
        "按哪些指标比较？真正的差别在哪里？哪一种适合哪种情况？",
    ),
    "cost": _questions(
        r"cost|budget|price|financ|economic|成本|费用|预算|经济|投资",
        "What does it cost to begin, and each year after? What are the largest items and what "
        "moves them? Who pays, and from when does it pay off?",
        "启动需要多少投入，之后每年多少？最大的几项是什么，受什么影响？由谁承担，何时收回？",
    ),
    "risks": _questions(
        r"risk|limit|challenge|safety|danger|风险|局限|挑战|安全|不足",
        "What can go wrong, and how likely is it? What would it cost? How is it noticed early, "
        "and what is done then?",
        "可能出什么问题，可能性多大？后果有多严重？怎样及早发现，发现后怎么办？",
    ),
    "benefits": _questions(
        r"benefit|advantage|result|outcome|impact|优势|好处|收益|成果|效益|影响",
        "Who gains what, and how much? How will it be measured? When will it be seen?",
        "谁受益，受益多少？怎样衡量？什么时候能看到？",
    ),
    "method": _questions(
        r"method|scope|approach taken|data collection|方法论|研究方法|范围|数据来源|^方法$",
        "What was looked at, and what was left out? How was it chosen and examined? "
        "What are the limits of this way?",
        "考察了什么，排除了什么？怎样选取和分析？这种做法有哪些局限？",
    ),
    "findings": _questions(
        r"finding|observation|发现|结果|观察",
        "What was found, in the order of its weight? Which figures or sources show it? "
        "What was looked for and not found?",
        "按重要性排列，发现了什么？哪些数据或来源可以证明？哪些想找而没有找到？",
    ),
    "evaluation": _questions(
        r"evaluat|evidence|metric|benchmark|test|评测|评估|指标|依据|测试|验证",
        "How is success measured? On which data, and by whom? How far do the results carry over?",
        "怎样衡量好坏？用什么数据，由谁来做？结果在多大范围内成立？",
    ),
    "options": _questions(
        r"option|alternative|families|approaches|types|categories|备选|分类|类型|选项|主要方法",
        "Which options are there? What distinguishes them? Which ones are left aside, and why?",
        "有哪些选择？它们之间的区别是什么？哪些不予考虑，为什么？",
    ),
    "trouble": _questions(
        r"troubleshoot|goes wrong|faq|problems and|error|故障|排查|常见问题|异常",
        "Which faults are met most often? How is each one recognised? What puts it right, "
        "and what if it does not?",
        "最常遇到哪些故障？各有什么表现？怎样排除，排除不了怎么办？",
    ),
    "setup": _questions(
        r"install|set-?up|setting up|before you start|prerequisite|安装|准备|前置|环境",
        "What must be there before the start? In which order is it set up? "
        "How does the reader see that it works?",
        "开始之前需要具备什么？按什么顺序设置？读者怎样确认已经就绪？",
    ),
    "steps": _questions(
        r"step|procedure|walkthrough|daily use|routine|workflow|步骤|操作|流程|日常|分步",
        "Which steps are taken, in which order? What is seen after each one? "
        "Where do people go wrong?",
        "有哪些步骤，先后顺序如何？每一步之后会看到什么？容易在哪里出错？",
    ),
    "example": _questions(
        r"example|case|sample|scenario|示例|实例|案例|情景",
        "Which case shows it best? What was done, and what came out? What is special about it?",
        "哪个例子最能说明问题？做了什么，结果如何？它有什么特殊之处？",
    ),
    "operation": _questions(
        r"maintenance|operation|monitor|upkeep|维护|运维|运行|监测|监控",
        "What is checked, and how often? Who does it? Which signs call for action?",
        "检查什么，多久一次？由谁负责？出现哪些迹象时需要处理？",
    ),
    "plan": _questions(
        r"plan|milestone|timeline|schedule|roadmap|计划|里程碑|进度|路线图|安排",
        "What is done first, and what depends on it? When is each step finished, and how is that "
        "seen? Who decides on the next one?",
        "先做什么，哪些事取决于它？每一步何时完成，以什么为标志？由谁决定进入下一步？",
    ),
    "resources": _questions(
        r"resource|team|staff|roles|人员|资源|团队|分工",
        "Who does what? Which skills or tools are missing? What happens if somebody drops out?",
        "谁负责什么？缺少哪些技能或工具？有人退出时怎么办？",
    ),
    "goals": _questions(
        r"objective|goal|aim|achieve|need|目标|目的|需求|学会",
        "What shall be different afterwards? How is it measured, and by when? What is no goal?",
        "完成之后会有什么不同？怎样衡量，什么时候达到？哪些不是目标？",
    ),
    "background": _questions(
        r"background|context|history|situation|problem|背景|现状|历史|概况|问题",
        "How did it come to the present state? Who is affected, and how much? "
        "What has been tried before?",
        "现状是怎样形成的？谁受影响，影响多大？以前尝试过什么？",
    ),
    "concepts": _questions(
        r"concept|definition|terms|basics?\b|overview|概念|定义|术语|概述|基础",
        "Which terms does the reader need? What does each one mean here? "
        "How do they hang together?",
        "读者需要了解哪些术语？它们在这里的含义是什么？彼此之间是什么关系？",
    ),
    "mechanism": _questions(
        r"how it works|principle|mechanism|原理|机制|机理",
        "What goes in, what happens, and what comes out? Which part matters most? "
        "Under which conditions does it fail?",
        "输入是什么，中间发生什么，输出是什么？哪一部分最关键？在什么条件下会失效？",
    ),
    "solution": _questions(
        r"solution|design|architecture|parts|component|方案|设计|架构|组成|思路",
        "What are the parts, and what does each one do? Why this way and not another? "
        "What does it presuppose?",
        "由哪些部分组成，各自做什么？为什么这样做而不是别的做法？以什么为前提？",
    ),
    "uses": _questions(
        r"\buses?\b|application|where it is used|practice|应用|用途|实践|场景",
        "Who uses it, and for what? What did it replace? Where is it not suitable?",
        "谁在使用，用来做什么？它取代了什么？在哪些场合不适用？",
    ),
    "advice": _questions(
        r"recommend|advice|proposal|next action|建议|对策|措施",
        "What should be done, by whom, and by when? Which finding does each point rest on? "
        "What happens if nothing is done?",
        "应该做什么，由谁做，什么时候做？每一条依据哪项发现？如果什么都不做会怎样？",
    ),
    "outlook": _questions(
        r"outlook|future|trend|open (?:problem|question)|next|展望|未来|趋势|开放问题|后续",
        "What is still open? What is likely to change, and why? What should be watched?",
        "还有什么没有解决？什么可能改变，为什么？应当关注什么？",
    ),
    "analysis": _questions(
        r"analysis|discussion|meaning|implication|分析|讨论|意义|启示",
        "What do the facts mean together? Which other explanation is there? "
        "What does it change for the reader?",
        "这些事实合在一起说明什么？还有什么别的解释？对读者意味着什么改变？",
    ),
    "other": _questions(
        r"(?!)",
        "What must the reader know about “{title}”? Which facts, figures or sources support it? "
        "Which example shows it? What is disputed or unknown?",
        "关于“{title}”，读者必须知道什么？哪些事实、数据或来源可以支持？"
        "哪个例子最能说明？还有什么存在争议或尚不清楚？",
    ),
}
