"""Which sentences the offline author tells: those that stand alone in another text."""

import pytest

from pipeline.adapters.offline_author.sentences import worth_of


@pytest.mark.parametrize(
    "sentence",
    [
        "This makes the plant cheaper to run each year.",
        "How much storage does a grid need each year?",
        "I measured the tide at the harbour every morning.",
        "Click here to read more about storage on the grid.",
        "The plant has two basins, see Figure 3 for details.",
        "Too short.",
        "A label without a stop at its very end",
        "Prepared for the city council, September 2025.",
        "All of this is in the last event of the job.",
        "x = 12 + 4 / 3 * 18 - 7 (22).",
        "该方法可以明显降低评测的人工成本。",
        "上述结果说明模型的能力仍有不足。",
        "系统由三个部分组成，如图所示，各自独立。",
        "为什么大语言模型需要系统的评测？",
        "版权所有，未经许可不得转载本文任何内容。",
        "Alternatively, the gates can be opened by hand from the bridge.",
        "The wall is described in the following example of a small town.",
        "Reading this book makes the building of gates much clearer.",
        "The list of gates is kept up to date (Chapter 7, Gates).",
        "See also 263 for more of the gates and their keepers.",
        "如需转载请注明出处和作者的姓名。",
        "登录后即可查看全文和全部评论。",
        "Copyright 2019 by the county of the coast.",
        "We use cookies to count the readers of a page.",
        "如表 3 所示，各地的潮差差别很大。",
        "各地的费用见第三章和有关的合同。",
        "下表列出了各个港口的年度费用。",
        "上一节介绍了潮汐的形成和原因。",
        "本章介绍潮汐电站的选址和方法。",
        "Yesterday I went to the harbour to see the gates.",
        "然后闸门由值班人员手动打开并记录水位。",
        "闸门的开启顺序由水位决定（参考 图 9.3）。",
    ],
)
def test_what_cannot_stand_alone_is_left_out(sentence: str) -> None:
    assert worth_of(sentence) == 0


@pytest.mark.parametrize(
    "sentence",
    [
        "A plant needs two basins at different heights.",
        "The share rose to 12.5 percent within a decade.",
        "Heating costs fell by 19%.",
        "180天内共发送311,040帧，成功接收307,430帧，丢包率为1.16%。",
        "数据污染是公开数据集面临的难题。",
        "大语言模型（LLM）的能力无法从规模直接推断。",
        "Section 230 protects providers from most claims of third parties.",
        "注册资本不得低于一百万元人民币。",
        "医保目录每年由主管部门调整一次。",
        "作品转载应当向作者支付报酬。",
        "读者可以订阅多种期刊和报纸。",
        "管理员登录系统后检查全部日志。",
        "页面点击率在一年内提高了两成。",
        "项目通过优化实现成本节约20%。",
        "样本节点分布在三个不同的城市。",
        "公司的基本章程由股东会通过并公布。",
        "新工艺基本上节约了一半的用水。",
        "临床常见表现为发热和持续的咳嗽。",
        "常见文件格式包括纯文本和表格。",
        "线上图书馆全年向公众免费开放。",
        "临床上表现为反复发作的头痛。",
        "The course is open to children aged 12 and above.",
        "Copyright protects a work for seventy years.",
        "Clients can subscribe to the topics of a broker.",
        "Guests must sign in at the desk of the harbour.",
        "Cookies store the number of a session.",
        "IT systems must be backed up daily.",
        "The Second World War ended in 1945.",
        "Third-party libraries are checked once a year.",
        "There are two high waters a day.",
        "Both coal and gas are burnt in the plant.",
        "World War I ended in November 1918.",
        "Type I diabetes begins in childhood.",
        "Elizabeth I ruled until 1603.",
        "The US imported 3 million tonnes in 2019.",
        "并购是企业扩张规模的常用方式。",
        "并行计算把任务分给多个处理器。",
        "即时通信系统需要稳定的网络。",
        "还原反应在高温下进行得更快。",
        "也门位于阿拉伯半岛的西南部。",
        "以上海为例，地铁里程逐年增长。",
        "我市去年新增公园绿地二十公顷。",
        "Chapters of the book trade met in Leipzig after the fair.",
    ],
)
def test_what_stands_alone_is_kept(sentence: str) -> None:
    assert worth_of(sentence) == 1
