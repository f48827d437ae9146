"""What can be wrong with a job on paths as a whole."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput


class GroupsUnreadable(BadInput):
    """A file of groups has a row that is no channel and its group, or a channel twice."""

    code = "paths_groups_unreadable"
    zh = "{place} 应为“渠道,组”，每个渠道只出现一次"
    en = "{place} should be a channel and its group, each channel once"
    hint_zh = "文件为 CSV，首行为 channel,group"
    hint_en = "The file is CSV and begins with channel,group"


class ModelTwice(BadInput):
    """Two labels that were asked for are one model."""

    code = "paths_model_twice"
    zh = "{place} 是同一个模型"
    en = "{place} are one model"
    hint_zh = "请只写其中一个"
    hint_en = "Ask for one of them"
