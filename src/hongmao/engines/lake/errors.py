"""What can go wrong with a lake on an S3-compatible store, beside what can go wrong with any lake (`events.errors`)."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Unavailable


class LakeAddressUnreadable(BadInput):
    """The address of the lake means nothing."""

    code = "lake_address_unreadable"
    zh = "{place} 的值“{value}”不是数据湖地址（{why}）"
    en = "{place} is {value!r}, which is no address of a lake ({why})"
    hint_zh = "可写文件夹，或 s3://存储桶/前缀?endpoint=http://主机:端口&region=地域；密钥只从 AWS_* 环境变量读取"
    hint_en = "Write a folder, or s3://bucket/prefix?endpoint=http://host:port&region=name; keys come from AWS_* alone"


class LakeStoreFailed(Unavailable):
    """The store did not do what it was asked, after as many tries as we give it. The manifest says what counts."""

    code = "lake_store_failed"
    zh = "数据湖 {path} 所在的对象存储不可用（{why}）"
    en = "The store of the lake {path} cannot be used ({why})"
    hint_zh = "请检查 HONGMAO_LAKE 中的存储桶与端点、AWS_* 凭证及其权限；日志仍在接收，恢复后自动继续"
    hint_en = (
        "Check the bucket and endpoint in HONGMAO_LAKE, the AWS_* credentials and what they permit; the log takes events"
        " meanwhile, and the lake goes on where it stopped"
    )


class LakeCacheFull(Unavailable):
    """What a question needs of the lake does not fit on this machine."""

    code = "lake_cache_full"
    zh = "数据湖缓存 {path} 放不下所需的 {needed} 字节（{why}）"
    en = "The lake's cache {path} cannot hold the {needed} bytes that are needed ({why})"
    hint_zh = "请腾出磁盘空间，或在 HONGMAO_LAKE 中调大 cache，例如 cache=50GiB"
    hint_en = "Make room on the disk, or allow more in HONGMAO_LAKE, such as cache=50GiB"
