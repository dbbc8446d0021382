"""Sealed backups outside the box: on a stick or in any folder, made, listed, let go, and brought back.

`gymbox-k3f9x2abcdef-000017-20261121T123114Z.age`: the box's id, a number that orders its backups there, since a clock
may be wrong, and when it was made.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from gymbox.errors import DamagedError, StorageError
from gymbox.storage import backup, sealed
from gymbox.storage.files import move_synced, write_synced
from gymbox.storage.people import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gymbox.storage.files import Place

DATABASE: Final = "gymbox.db"
SETTINGS: Final = "gymbox.toml"
LEDGER: Final = "forgotten"
ABOUT: Final = "about.json"
HUB: Final = ("hub/key.json", "hub/password")
"""What makes the box who it is to its phones, and to its operator."""
NAMES: Final = frozenset({ABOUT, DATABASE, SETTINGS, LEDGER, *HUB})
"""All that a sealed backup may hold. Clips are not in it: they go after a month anyway, and would fill any stick."""
FORMAT: Final = "gymbox-backup/1"
_NAME: Final = re.compile(r"gymbox-([0-9a-z]{12})-(\d{6})-(\d{8}T\d{6}Z)\.age")


@dataclass(frozen=True, slots=True, order=True)
class Sealed:
    """A sealed backup; the larger is the newer."""

    number: int
    at: datetime
    box_id: str
    path: Path


class About(BaseModel):
    """What a sealed backup says of itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: str
    box_id: str
    gymbox: str
    """Of which version it is."""
    made_at: datetime


class Outcome(BaseModel):
    """How the last ones went, as it is kept for the operator."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_at: datetime | None = None
    """The newest that is good."""
    file: str = ""
    size_bytes: int = 0
    failed_at: datetime | None = None
    """Since then, if it failed since then."""
    error: str = ""
    own_disk: bool = False
    """Whether they lie on the box's own disk, which may die with all that is on it."""


def there(folder: Path) -> list[Sealed]:
    """The sealed backups in `folder`, newest first; none where it cannot be read."""
    try:
        return sorted(_named(folder), reverse=True)
    except OSError:
        return []


def store(place: Place, folder: Path, *, recipient: str, settings: Path | None, keep: int, now: datetime) -> Sealed:
    """Back the box up into `folder`, closed for `recipient`; its oldest there beyond `keep` go. Others may write.

    Whatever comes of it is kept for the operator: see `outcome`.

    Raises:
        StorageError: what went wrong; the earlier backups are all there.
    """
    before, box_id = outcome(place), _box_id(place)
    try:
        made = _store(place, folder, box_id, recipient=recipient, settings=settings, now=now)
    except StorageError as error:
        _keep(place, before.model_copy(update={"failed_at": now, "error": str(error)}))
        raise
    size, disks = made.path.stat().st_size, {path.stat().st_dev for path in (folder, place.data_dir)}
    _keep(place, Outcome(made_at=now, file=made.path.name, size_bytes=size, own_disk=len(disks) == 1))
    for old in [one for one in there(folder) if one.box_id == made.box_id][max(keep, 1) :]:
        old.path.unlink(missing_ok=True)
    return made


def outcome(place: Place) -> Outcome:
    """How the last ones went."""
    try:
        return Outcome.model_validate_json(_kept(place).read_bytes())
    except (OSError, ValidationError):
        return Outcome()


def restore(place: Place, wanted: Path, key: str, *, settings: Path | None) -> backup.Repair:
    """Make this box the one that is sealed in `wanted`. Whoever calls holds the `WriteLock`, and no hub runs.

    Nothing is changed before all of it was opened and looked through. Who has asked here or there to be forgotten
    stays so. The settings that are replaced are kept as `gymbox.toml.before`.

    Args:
        place: where the box is to be.
        wanted: the file.
        key: that opens it.
        settings: the file that its settings go to; they are left out where there is none.

    Raises:
        WrongKeyError: it is closed for another key.
        DamagedError: it is cut off, altered, or the database in it is not whole.
        DiskFullError: there is no room.
    """
    folder = place.data_dir / "unsealed"
    place.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.rmtree(folder, ignore_errors=True)  # of a restoration that was cut off
    folder.mkdir(mode=0o700)
    try:
        about = opened(wanted, key, folder)
        if settings and (folder / SETTINGS).exists():
            _same_place(place, folder / SETTINGS, settings)
        ledger = Ledger(place.ledger)
        for person in Ledger(folder / LEDGER).people():
            ledger.add(person)
        for name in HUB:
            if (folder / name).exists():
                (place.data_dir / name).parent.mkdir(exist_ok=True, mode=0o700)
                move_synced(folder / name, place.data_dir / name)
        if settings and (folder / SETTINGS).exists():
            _replace(settings, folder / SETTINGS)
        whole = backup.Backup(0, about.made_at, folder / DATABASE)
        done = backup.restore(place, whole, why=f"restored by hand from {wanted.name}")
        for path in (place.database, place.ledger, place.data_dir / "hub", *(place.data_dir / name for name in HUB)):
            _give(path, place.data_dir.stat())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return done


def opened(wanted: Path, key: str, folder: Path) -> About:
    """Put all that is sealed in `wanted` into `folder`, which is empty, look through it, and say what it is.

    Raises:
        StorageError: as `restore`.
    """
    sealed.unseal(wanted, key, folder, names=NAMES)
    about = _about(folder, wanted)
    if wrong := backup.check(folder / DATABASE):
        raise DamagedError(f"{wanted.name}: its database: {wrong[0]}")
    return about


def _store(place: Place, folder: Path, box_id: str, *, recipient: str, settings: Path | None, now: datetime) -> Sealed:
    try:
        if not folder.is_dir():
            raise StorageError(f"{folder}: there is no such folder: is the stick plugged in, and is its name GYMBOX?")
        number = max((one.number for one in _named(folder)), default=0) + 1
        for rest in folder.glob("gymbox-*.age.part"):  # of a stick that was pulled
            rest.unlink()
    except OSError as error:
        raise StorageError(f"{folder}: cannot be read: {error.strerror}: is the stick plugged in?") from error
    target = folder / f"gymbox-{box_id}-{number:06}-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.age"
    about = About(format=FORMAT, box_id=box_id, gymbox=version("gymbox"), made_at=now)
    inside = {name: place.data_dir / name for name in (ABOUT, LEDGER, *HUB)} | (
        {SETTINGS: settings} if settings else {}
    )
    copy = backup.make(place, keep=None, now=now)
    try:
        write_synced(inside[ABOUT], about.model_dump_json().encode())
        files = {name: path for name, path in inside.items() if path.exists()} | {DATABASE: copy.path}
        sealed.seal(files, part := target.with_name(f"{target.name}.part"), recipient)
        move_synced(part, target)
    except OSError as error:
        raise StorageError(f"{folder}: cannot be written: {error.strerror}: is the stick plugged in?") from error
    finally:
        copy.path.unlink(missing_ok=True)  # the recorder has its own
        inside[ABOUT].unlink(missing_ok=True)
    return Sealed(number, now, box_id, target)


def _named(folder: Path) -> Iterator[Sealed]:
    for path in folder.iterdir():
        if found := _NAME.fullmatch(path.name):
            at = datetime.strptime(found[3], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            yield Sealed(int(found[2]), at, found[1], path)


def _box_id(place: Place) -> str:
    try:
        return str(json.loads((place.data_dir / HUB[0]).read_bytes())["box_id"])
    except (OSError, ValueError, KeyError) as error:
        raise StorageError(f"{place.data_dir}: the hub has not been here yet: start the box once") from error


def _about(folder: Path, wanted: Path) -> About:
    try:
        about = About.model_validate_json((folder / ABOUT).read_bytes())
    except (OSError, ValidationError) as error:
        raise DamagedError(f"{wanted.name}: does not say what it is") from error
    if about.format != FORMAT:
        raise StorageError(f"{wanted.name}: expected {FORMAT}, got {about.format}: this gymbox is too old for it")
    return about


def _same_place(place: Place, restored: Path, settings: Path) -> None:
    """See that a box with these settings would look where its data are put."""
    told = tomllib.loads(restored.read_text(encoding="utf-8")).get("data_dir")
    data_dir = (settings.resolve().parent / Path(told).expanduser()).resolve() if told else place.data_dir.resolve()
    if data_dir != place.data_dir.resolve():
        raise StorageError(
            f"its settings keep data in {data_dir}, those of this box in {place.data_dir}: "
            "set data_dir to the same, or restore with --keep-settings"
        )


def _replace(settings: Path, restored: Path) -> None:
    owner = (settings if settings.exists() else settings.parent).stat()
    if settings.exists():
        shutil.copy2(settings, settings.with_name(f"{settings.name}.before"))
    write_synced(settings, restored.read_bytes())
    _give(settings, owner)


def _give(path: Path, owner: os.stat_result) -> None:
    """Let a file or folder be of whom the box runs as, also where root restores it, and of nobody else."""
    if path.exists():
        path.chmod(0o700 if path.is_dir() else 0o600)
        if os.geteuid() == 0:
            os.chown(path, owner.st_uid, owner.st_gid)


def _kept(place: Place) -> Path:
    return place.data_dir / "elsewhere.json"


def _keep(place: Place, result: Outcome) -> None:
    write_synced(_kept(place), result.model_dump_json().encode())
