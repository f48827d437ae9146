"""What the gateway says no with: TOP's own numbers and words, in its own envelope, with status 200."""

from __future__ import annotations

import hashlib
from typing import Any

from starlette.responses import JSONResponse


class Refusal(Exception):
    """One of TOP's errors."""

    def __init__(self, code: int, msg: str, sub_code: str = "", sub_msg: str = "") -> None:
        """Keep what will be answered."""
        super().__init__(code, sub_code)
        self.code = code
        self.msg = msg
        self.sub_code = sub_code
        self.sub_msg = sub_msg


def parameter(name: str, why: str) -> Refusal:
    """Say that a business parameter is wrong."""
    return Refusal(41, "Invalid Arguments", f"isv.invalid-parameter:{name}", why)


def missing(name: str) -> Refusal:
    """Say that a business parameter is absent."""
    return Refusal(40, "Missing Required Arguments", f"isv.missing-parameter:{name}", f"缺少必选参数 {name}")


def throttled(seconds: int) -> Refusal:
    """Say that an app calls too often."""
    sub_code = "accesscontrol.limited-by-app-api-access-count"
    return Refusal(7, "App Call Limited", sub_code, f"This ban will last for {seconds} more seconds")


def refused(refusal: Refusal, asked: str) -> JSONResponse:
    """Write an error as TOP does."""
    told: dict[str, Any] = {"code": refusal.code, "msg": refusal.msg, "request_id": request_id(asked)}
    if refusal.sub_code:
        told |= {"sub_code": refusal.sub_code, "sub_msg": refusal.sub_msg}
    return JSONResponse({"error_response": told})


def answered(method: str, asked: str, body: dict[str, Any]) -> JSONResponse:
    """Write an answer as TOP does: in an envelope named after the method, `taobao.` left away."""
    name = method.removeprefix("taobao.").replace(".", "_")
    return JSONResponse({f"{name}_response": {**body, "request_id": request_id(asked)}})


def request_id(asked: str) -> str:
    """Name a call; the same call has the same name, so that a played city comes out the same twice."""
    return hashlib.blake2b(asked.encode(), digest_size=6).hexdigest()
