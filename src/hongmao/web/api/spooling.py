"""Files that are sent, written to the disk as they come: as the whole body, or as the one file of a form."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from hongmao.returns.api import FILE_BYTES_MAX, FileTooLarge, FileUnreadable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.requests import Request

NAME_CHARS_MAX: Final = 80


async def spool(request: Request, path: Path, fields: dict[str, str] | None = None) -> str:
    """Write the file that is sent to the disk as it comes; give what the sender calls it.

    A form's other fields are put into `fields`; where there is no place for them, a form may have none.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        with path.open("wb") as file:
            async for piece in _bounded(request):
                file.write(piece)
        return ""
    fields_max = 0 if fields is None else 16
    try:
        form = await MultiPartParser(request.headers, _bounded(request), max_files=1, max_fields=fields_max).parse()
    except MultiPartException as error:
        raise _unreadable(str(error)) from None
    try:
        upload = next((value for _, value in form.multi_items() if isinstance(value, UploadFile)), None)
        if upload is None:
            raise _unreadable("it has no file")
        with path.open("wb") as file:
            await run_in_threadpool(shutil.copyfileobj, upload.file, file)
        if fields is not None:
            fields.update({name: value for name, value in form.multi_items() if isinstance(value, str)})
        return Path(upload.filename or "").name[:NAME_CHARS_MAX]
    finally:
        await form.close()


async def _bounded(request: Request) -> AsyncGenerator[bytes, None]:
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > FILE_BYTES_MAX:
            raise FileTooLarge(place="body", limit=FILE_BYTES_MAX)
        yield piece


def _unreadable(why: str) -> FileUnreadable:
    return FileUnreadable(place="body", why_zh=f"表单无效（{why}）", why_en=f"it is no form with one file ({why})")
