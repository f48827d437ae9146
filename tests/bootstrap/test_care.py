"""Whose pages link care may read: hosts of web addresses that links may lead to, and nobody else's."""

from __future__ import annotations

from hongmao.bootstrap.care import page_hosts


def test_hosts_are_those_of_pages_by_https_and_an_app_has_none() -> None:
    prefixes = [
        "https://item.taobao.com/",
        "https://Detail.Tmall.com",
        "tbopen://",
        "http://plain.example/",
        "https:///x",
    ]
    assert page_hosts(prefixes) == {"item.taobao.com", "detail.tmall.com"}
