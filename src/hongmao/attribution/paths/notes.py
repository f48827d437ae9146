"""What a reader of path figures must know beside them: conventions by name and formula, cases without an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hongmao.attribution.paths.contracts import Note

if TYPE_CHECKING:
    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import Paths

LINEAR = Note(
    code="linear_over_touches",
    zh="按触点平均：同一渠道出现几次就得几份",
    en="shared evenly over touches: a channel that stands twice in a path earns twice",
)
ORGANIC_UNKNOWN = Note(
    code="organic_unknown",
    zh="未指明自然渠道，结果与 last 相同",
    en="no channel is named organic, so this equals last",
)
DECAY_BY_POSITION = Note(
    code="decay_by_position",
    zh="路径没有时间：以位置代替，第 i 个触点的权重为 2^(-(n - i) / 半衰触点数)",
    en="paths have no times: positions stand for them, touch i of n weighs 2^(-(n - i) / half-life in touches)",
)
KIND_IS_CHANNEL = Note(
    code="kind_is_channel",
    zh="表达式中的 kind 指渠道名",
    en="`kind` in the expression is the channel's name",
)
MARKOV = Note(
    code="markov_removal",
    zh="移除效应 = 1 - P(去掉该渠道后的转化) / P(转化)，精确求解；功劳 = 转化 × 效应 / 效应之和。这不是增量",
    en="removal effect = 1 - P(conversion without the channel) / P(conversion), solved exactly; credit = conversions x effect / "
    "sum of effects. It is no incrementality",
)
MARKOV_GROUPS = Note(
    code="markov_groups",
    zh="马尔可夫链建在分组上；组内按封闭博弈 Shapley 份额分给各渠道",
    en="the chain runs on groups; a group's credit is shared among its channels by their closed Shapley shares",
)
NOTHING_CONVERTED = Note(
    code="nothing_converted",
    zh="没有转化：移除效应没有定义",
    en="nothing converted: removal effects are not defined",
)
NO_VALUE_TO_REMOVE = Note(
    code="no_value_to_remove",
    zh="总金额为零：按金额的移除效应没有定义，金额按转化的份额分配",
    en="the values add up to zero: removal effects by value are not defined, and value follows the shares of conversions",
)
NEGATIVE_VALUES = Note(
    code="negative_values",
    zh="有负金额（退款）：按金额的移除效应可能不在 0 到 1 之间",
    en="some values are negative (refunds): removal effects by value may lie outside 0 to 1",
)
SHAPLEY_CLOSED = Note(
    code="shapley_closed",
    zh="封闭博弈：v(S) = 渠道全部落在 S 内的路径的转化数，等于在每条路径的不同渠道间平均",
    en="closed game: v(S) = conversions of paths whose channels all lie in S, which is an equal split over the distinct "
    "channels of each path",
)
SHAPLEY_ORDERED = Note(
    code="shapley_ordered",
    zh="渠道合计与封闭博弈相同；每个渠道的份额再在它的各次触点间平均，得到按位置的明细",
    en="channel totals equal the closed game's; each channel's share of a path is spread evenly over its touches there, "
    "which tells positions apart",
)
SHAPLEY_RATE = Note(
    code="shapley_rate",
    zh="转化率博弈：v(S) = 渠道全部落在 S 内的路径的转化数 / 路径数（没有时为 0），再乘以总路径数；份额可为负，不截断",
    en="rate game: v(S) = conversions / journeys over paths whose channels all lie in S (0 where there are none), times all "
    "journeys; shares may be negative and are not clipped",
)
SHAPLEY_SAMPLED = Note(
    code="shapley_sampled",
    zh="转化率博弈，按对偶排列抽样；每个渠道给出标准误，合计恰为 v(N) - v(∅)",
    en="the rate game by antithetic permutations; each channel states its standard error, and shares add up to v(N) - v(nobody)",
)
LEAVE_ONE_OUT = Note(
    code="leave_one_out",
    zh="留一法：份额正比于去掉该渠道后封闭博弈失去的转化，再按比例凑成总数；这不是 Shapley 值",
    en="leave one out: shares in proportion to what the closed game loses without the channel, scaled to the total; this is no "
    "Shapley value",
)
DATA_DRIVEN = Note(
    code="data_driven_increment",
    zh="响应模型：对每条路径把 p(路径) - p(无触点) 按 Shapley 值分给渠道；基线不归因，单独列出。不是实验，不是增量",
    en="response model: p(path) - p(no touch) of every journey is shared by its Shapley value; the baseline stays unattributed "
    "and is shown. It is no experiment",
)
BASELINE_EXTRAPOLATED = Note(
    code="baseline_extrapolated",
    zh="数据中没有无触点的路径：基线由模型外推",
    en="no journey without a touch is in the data: the baseline is extrapolated by the model",
)
INTERVALS_SAMPLING = Note(
    code="intervals_sampling",
    zh="区间来自按路径计数的泊松自助法：只反映抽样误差，不反映模型误差",
    en="intervals are percentiles of a Poisson bootstrap over journeys: they tell sampling error, not the model's",
)
INTERVALS_COSTLY = Note(
    code="intervals_costly",
    zh="渠道过多，未计算区间",
    en="there are too many channels for intervals, and none are given",
)


def of_rule(paths: Paths, spec: ModelSpec, organic: frozenset[str]) -> tuple[Note, ...]:
    """Say what a rule model's figures need said."""
    match spec.name:
        case "linear":
            return (LINEAR,)
        case "last_non_organic" if not organic & set(paths.channels):
            return (ORGANIC_UNKNOWN,)
        case "decay":
            return (DECAY_BY_POSITION,)
        case "custom" if "kind" in spec.text("weight"):
            return (KIND_IS_CHANNEL,)
        case _:
            return ()
