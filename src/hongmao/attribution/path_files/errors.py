"""What can be wrong with a job on paths as a whole."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput


class ModelTwice(BadInput):
    """Two labels that were asked for are one model."""

    code = "paths_model_twice"
    zh = "{place} 是同一个模型"
    en = "{place} are one model"
    hint_zh = "请只写其中一个"
    hint_en = "Ask for one of them"
