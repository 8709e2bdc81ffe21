"""Names in Chinese characters, where the words around them say that they are names."""

import re

from pipeline.domain.language import HAN

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶"
    "阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
_BODIES = "大学|学院|公司|集团|银行|医院|研究院|研究所|出版社"
_DEEDS = "发明|提出|创立|创办|创建|设计|建造|发现|编写|撰写|开发|研制|制定|承建|执导|主演|主编|运营"
_SAYS = "教授|博士|先生|女士|院士|认为|指出|表示|出生|毕业|去世|逝世|担任"
_PLACED = "位于|坐落于|来自|毕业于|出生于|出生在|就读于|任教于|迁往|迁至|总部设在"

_IN_BODY = re.compile(rf"([{HAN}]{{2}})(?=(?:{_BODIES}))")
_IN_REGION = re.compile(
    rf"([{HAN}]{{2}})(?=省(?![略份去电力心时钱级会])|市(?![场民政区面价值级长中])|县(?![级长城]))"
)
_BY = re.compile(rf"由([{HAN}]{{2,4}}?)(?:共同|联合|首先|率先|最早|主持|负责)?(?={_DEEDS})")
_AT = re.compile(rf"(?:{_PLACED})([{HAN}]{{2}})")
_PERSON = re.compile(
    rf"(?:^|[，。；：、“（])([{_SURNAMES}][{HAN}]{{1,2}}?)(?=(?:于|在)?(?:{_SAYS}|{_DEEDS}))"
)
_PLACES = """
亚洲 欧洲 非洲 美洲 北美 南美 拉美 大洋洲 澳洲 中东 东南亚 中国 日本 韩国 朝鲜 蒙古 越南 泰国
老挝 缅甸 柬埔寨 马来西亚 新加坡 印度尼西亚 印尼 菲律宾 印度 巴基斯坦 孟加拉 尼泊尔 斯里兰卡
伊朗 伊拉克 以色列 土耳其 沙特 阿联酋 埃及 南非 肯尼亚 尼日利亚 摩洛哥 埃塞俄比亚 英国 法国
德国 意大利 西班牙 葡萄牙 荷兰 比利时 瑞士 奥地利 瑞典 挪威 丹麦 芬兰 冰岛 波兰 捷克 匈牙利
希腊 俄罗斯 苏联 乌克兰 美国 加拿大 墨西哥 古巴 巴西 阿根廷 智利 秘鲁 澳大利亚 新西兰 北京 天津
上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川
贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 石家庄 太原 沈阳 大连 长春
哈尔滨 南京 苏州 无锡 杭州 宁波 温州 合肥 福州 厦门 南昌 济南 青岛 郑州 武汉 长沙 广州 深圳 珠海
佛山 东莞 海口 成都 贵阳 昆明 西安 兰州 西宁 拉萨 银川 乌鲁木齐 台北 东京 大阪 首尔 平壤 曼谷
清迈 河内 新德里 孟买 伦敦 巴黎 柏林 慕尼黑 罗马 米兰 马德里 里斯本 阿姆斯特丹 布鲁塞尔 维也纳
莫斯科 纽约 华盛顿 芝加哥 洛杉矶 旧金山 多伦多 悉尼 墨尔本 开罗 长江 黄河 珠江 淮河 太平洋
大西洋 印度洋 地中海
"""
_PLACE = re.compile("|".join(sorted(_PLACES.split(), key=len, reverse=True)))
"""Places that many texts name; one of them is a name wherever it stands."""

_PATTERNS = (_IN_BODY, _IN_REGION, _BY, _AT, _PERSON)

_LINKS = frozenset(
    "的了和是在与及或这那该此各每其本全所由于对向从到被将把等一两几多某有以可不也都就而且很但如个种"
)
"""What holds one of these is no name."""

_COMMON = """
科技 股份 有限 保险 软件 国际 地方 商业 著名 附属 综合 公立 私立 医学 民营 开发 建筑 制造 电力 能源
投资 生产 系统 工程 公司 企业 政府 专家 学者 团队 用户 作者 机构 部门 人员 高速 城市 海外 高等 普通
重点 理工 师范 农业 工业 技术 网络 游戏 铁路 运营 管理 专业 自动 官方 社区 志愿 研究 科学 成员 他人
她们 它们 他们 我们 北部 南部 东部 西部 中部 东北 西北 东南 西南 境内 附近 中心 大型 小型 中型 新型
上述 前者 后者 随后 后来 此前 之后 目前 现在 同时 因此 其中 另外 此外 例如 然而 当地 世界 全球
国内 国外
"""
_COMMON_WORDS = frozenset(_COMMON.split())
"""What stands in such places as well, and names nobody."""


def placed_names(text: str) -> frozenset[str]:
    """Two to four characters each, such as 清华 of 清华大学 and 张三 of 由张三发明."""
    return frozenset(_PLACE.findall(text)).union(
        name for pattern in _PATTERNS for name in pattern.findall(text) if may_be_name(name)
    )


def may_be_name(characters: str) -> bool:
    """Whether Han characters hold nothing that a name does not, such as 的 or 一."""
    is_han = all("\u4e00" <= each <= "\u9fff" for each in characters)
    return is_han and _LINKS.isdisjoint(characters) and characters not in _COMMON_WORDS
