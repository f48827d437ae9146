"""What can be wrong with what the kit is given; a check that fails is a finding and none of these."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, NotFound


class VectorsUnreadable(BadInput):
    """The file is no JSON text."""

    code = "vectors_unreadable"
    zh = "{place} 不是 UTF-8 编码的 JSON：{why_zh}"
    en = "{place} is no JSON in UTF-8: {why_en}"
    hint_zh = "请对照 hongmao_contracts 随附的 data/vectors.json"
    hint_en = "Compare with data/vectors.json, which comes with hongmao_contracts"


class VectorsTooLarge(BadInput):
    """More bytes or vectors than such a file has."""

    code = "vectors_too_large"
    zh = "{place} 超过上限 {limit}"
    en = "{place} is larger than {limit}"
    hint_zh = "请拆成几个文件"
    hint_en = "Split the file"


class VectorMalformed(BadInput):
    """A field is absent or not of its shape."""

    code = "vector_malformed"
    zh = "{place} 有误：{why_zh}"
    en = "{place} is wrong: {why_en}"
    hint_zh = "请对照 hongmao_contracts 随附的 data/vectors.json"
    hint_en = "Compare with data/vectors.json, which comes with hongmao_contracts"


class VectorTwice(BadInput):
    """Two vectors of one id: a report could not say which of them failed."""

    code = "vector_twice"
    zh = "{place} 的编号 {id} 与 {first} 重复"
    en = "{place} has the id {id}, as {first} does"
    hint_zh = "请给每个向量一个自己的编号"
    hint_en = "Give each vector an id of its own"


class PlatformNotThere(NotFound):
    """No package registers the platform, and none was named."""

    code = "platform_not_there"
    zh = "没有名为 {id} 的平台；已注册：{known}"
    en = "No package registers the platform {id}; registered are: {known}"
    hint_zh = "请先安装插件，或用 --package module:ATTR 指明"
    hint_en = "Install the plugin, or name it by --package module:ATTR"


class PackageWrong(BadInput):
    """What `--package` names is no platform."""

    code = "package_wrong"
    zh = "{place} 不是可用的平台：{why}"
    en = "{place} gives no platform: {why}"
    hint_zh = "写法为 module:ATTR，例如 hongmao_shopx.platform:SHOPX"
    hint_en = "Write module:ATTR, such as hongmao_shopx.platform:SHOPX"
