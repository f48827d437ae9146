"""What each model computes, as a formula that stands beside its figures: the same name means different games elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hongmao.attribution.models import ModelSpec
    from hongmao.attribution.paths.contracts import PathResult
    from hongmao.kernel.errors import Lang

# Of rule models, filled in with their parameters; an estimated model's first note is its formula.
FORMULAS: Mapping[str, tuple[str, str]] = {
    "first": ("首个触点 w = 1", "w = 1 for the first touch"),
    "last": ("最后一个触点 w = 1", "w = 1 for the last touch"),
    "last_non_organic": (
        "最后一个非自然触点 w = 1；只有自然触点时取最后一个",
        "w = 1 for the last touch that is not organic; of organic touches alone, the last",
    ),
    "linear": ("n 个触点各 w = 1/n，重复的触点重复计", "w = 1/n for each of n touches, repeats counted"),
    "position": (
        "首 : 中间合计 : 末 = {first} : {middle} : {last}；两个触点时首 : 末 = {first} : {last}，一个时独得",
        "first : all between : last = {first} : {middle} : {last}; two touches {first} : {last}, a single one all",
    ),
    "decay": (
        "n 个触点中第 i 个 w = 2^(-(n - i) / {half_life_touches})，再按路径归一",
        "w = 2^(-(n - i) / {half_life_touches}) for touch i of n, normalised per path",
    ),
    "custom": ("w = {weight}，再按路径归一", "w = {weight}, normalised per path"),
}


def formula_of(spec: ModelSpec, result: PathResult, lang: Lang) -> str:
    """Write a model's formula with its parameters filled in."""
    if spec.name in FORMULAS:
        zh, en = FORMULAS[spec.name]
        return (zh if lang == "zh" else en).format(**dict(spec.parameters))
    return next((note.zh if lang == "zh" else note.en for note in result.notes), result.model)
