"""Files of the build: their names change with their content, so a browser may keep them for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from hongmao.web.assets import STATIC

if TYPE_CHECKING:
    import os

    from starlette.responses import Response
    from starlette.types import Scope

FOREVER = "public, max-age=31536000, immutable"


class BuiltFiles(StaticFiles):
    """Serves what esbuild made, and says how long it keeps."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Answer with a file; only names that carry a hash keep for ever."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = "-" in str(full_path).rsplit("/", 1)[-1]
        response.headers["Cache-Control"] = FOREVER if hashed else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


mount = Mount("/static", BuiltFiles(directory=STATIC, check_dir=False), name="static")
