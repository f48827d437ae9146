"""Where the lake's files are: in a folder, or in a bucket that HONGMAO_LAKE names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hongmao.engines.lake.address import LakeAddress, on_a_store
from hongmao.engines.lake.errors import LakeStoreFailed
from hongmao.engines.lake.files import LocalFiles

if TYPE_CHECKING:
    from hongmao.bootstrap.settings import Settings
    from hongmao.engines.lake.files import LakeFiles

CACHE: Final = "lake-cache"  # folder in the home


def lake_files(settings: Settings) -> LakeFiles:
    """Give the files of the lake; nothing is asked of a store yet. Raises `LakeAddressUnreadable`, `LakeStoreFailed`.

    Derived tables stay on this machine, in `Settings.lake_path`, wherever the events are.
    """
    if not on_a_store(settings.lake):
        return LocalFiles(settings.lake_path)
    address = LakeAddress.read(settings.lake)
    try:
        from hongmao.engines.lake.objects import ObjectFiles  # noqa: PLC0415 - not installed where no store is used
    except ModuleNotFoundError as error:
        raise LakeStoreFailed(path=address.name, why=f"{error.name} is not installed; install hongmao[s3]") from error

    return ObjectFiles(address, settings.lake_path, settings.home_path / CACHE)
