"""The city's two telephones: to the community and to the shops. Plain HTTP, one connection each, no shortcut inside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import urllib3

from hongmao.kernel.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT_S = 120.0  # letting a house of many days settle takes a slow machine longer than any other question
UNWELL = 503
TRIES = 4  # a gateway fails a question once; to fail it four times in a row it must be down


class CityLineDown(Unavailable):
    """The city called and got an answer it cannot live with."""

    code = "city_line_down"
    zh = "{method} {url} 返回 {status}：{answer}"
    en = "{method} {url} answered {status}: {answer}"
    hint_zh = "请查看 serve 与 sandbox 进程的日志"
    hint_en = "Look at what the serve and sandbox processes wrote"


class Answer:
    """What came back: status, headers and body."""

    def __init__(self, response: urllib3.BaseHTTPResponse) -> None:
        """Take the parts that acts look at."""
        self.status = response.status
        self.location = response.headers.get("location")
        self.body = response.data

    def json(self) -> dict[str, object]:
        """Read the body as a JSON object."""
        value = json.loads(self.body)
        return value if isinstance(value, dict) else {"value": value}


class Line:
    """A keep-alive HTTP line to one base address."""

    def __init__(self, base_url: str, headers: Mapping[str, str] | None = None) -> None:
        """Open nothing yet; the first call connects."""
        self.base_url = base_url.rstrip("/")
        self._headers = dict(headers or {})
        self._pool = urllib3.PoolManager(
            num_pools=2, maxsize=4, retries=urllib3.Retry(connect=5, read=0, redirect=0, status=0, backoff_factor=0.1)
        )

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a page without following it anywhere."""
        return self._call("GET", path, headers=headers)

    def post(self, path: str, value: object, headers: Mapping[str, str] | None = None) -> Answer:
        """Send JSON."""
        body = json.dumps(value, ensure_ascii=False).encode()
        return self._call("POST", path, body, {"content-type": "application/json", **(headers or {})})

    def post_raw(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send bytes exactly as they are: what was signed is what goes out."""
        return self._call("POST", path, body, headers)

    def submit(self, path: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> Answer:
        """Send a form, as a page's button does."""
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self._call("POST", path, urlencode(form).encode(), {**kind, **(headers or {})})

    def add(self, path: str, value: object) -> Answer:
        """Send JSON, and stop at anything but success."""
        return self.must(self.post(path, value), "POST", path)

    def insist(self, path: str, value: object) -> Answer:
        """Send JSON, and once more where the house or who stands behind it is unwell: that passes."""
        answer = self.post(path, value)
        for _ in range(TRIES - 1):
            if answer.status != UNWELL:
                break
            answer = self.post(path, value)
        return self.must(answer, "POST", path)

    def must(self, answer: Answer, method: str, path: str) -> Answer:
        """Let a 2xx through and stop at anything else: a city must not go on over a broken road."""
        if answer.status // 100 != 2:  # noqa: PLR2004 - the class of success
            text = answer.body[:300].decode("utf-8", "replace")
            raise CityLineDown(method=method, url=self.base_url + path, status=answer.status, answer=text)
        return answer

    def _call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        url = path if path.startswith("http") else self.base_url + path
        response = self._pool.request(
            method, url, body=body, headers={**self._headers, **(headers or {})}, redirect=False, timeout=TIMEOUT_S
        )
        return Answer(response)
