"""What the machine brings: Python, memory that processes share, disk, clock."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from gymbox.capture.rings import SLOTS
from gymbox.clock import JUMP_NS, Clock
from gymbox.doctor.finding import Finding, fail, good, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gymbox.config import Settings

SHARED: Final = Path("/dev/shm")  # noqa: S108 -- where rings are
PICTURE_MIB: Final = 12
"""A decoded picture of 4K."""
SLOW_SYNC_S: Final = 0.1
"""A commit that takes longer makes a set's rows late; SD cards do, SSDs take a hundredth of it."""
_TIME_ERROR: Final = 5
"""`adjtimex`'s answer where nothing keeps the clock right."""


def python() -> Finding:
    """The interpreter, and what its SQLite can."""
    known = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    if hasattr(sqlite3.Connection, "enable_load_extension"):
        return good("python", f"{known}, loads sqlite-vec")
    return good("python", f"{known}; it loads no extensions, so numpy finds who looks alike: the same, up to 0.2 s")


def shared_memory(settings: Settings) -> Finding:
    """Whether every camera's pictures and pre-roll fit."""
    cameras = [camera for camera in settings.camera if camera.enabled]
    wanted = sum(camera.preroll_mib + SLOTS * PICTURE_MIB for camera in cameras)
    disk = shutil.disk_usage(SHARED)
    ours = sum(path.stat().st_blocks * 512 for path in SHARED.glob("gymbox-*"))
    free = (disk.free + ours) >> 20
    came = f"{free} MiB in {SHARED}; the cameras need at most {wanted}"
    if free >= wanted:
        return good("shared memory", came)
    remedy = (
        f"mount -o remount,size={wanted * 2}m {SHARED} (a container: --shm-size), or lower preroll_mib of the cameras"
    )
    return fail("shared memory", came, expected=f"{wanted} MiB", remedy=remedy)


def disk(settings: Settings) -> Iterator[Finding]:
    """The data folder: whether it takes writes, has room, and is quick to sync."""
    folder, least = settings.data_dir, settings.retention.min_free_percent
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.W_OK):
        who = os.environ.get("USER") or os.geteuid()
        remedy = f"run as a user who may, or set data_dir; chown {who} {there}"
        yield fail("disk", f"{there} cannot be written", expected=f"a data folder in {folder}", remedy=remedy)
        return
    usage = shutil.disk_usage(there)
    percent = usage.free / max(usage.total, 1) * 100
    came = f"{usage.free / 2**30:.1f} GiB free ({percent:.0f} %) for {folder}"
    if percent < least:
        expected = f"{least:g} % (retention.min_free_percent): under it, the oldest clips go, then the oldest poses"
        yield warn("disk", came, expected=expected, remedy="make room, or lower retention.clips_days")
    else:
        yield good("disk", came)
    try:
        sync_s = _sync_s(there)
    except OSError as error:
        remedy = "look at dmesg; a disk that reports errors must be replaced"
        yield fail("disk speed", f"it cannot be written: {error}", expected="a disk that takes writes", remedy=remedy)
        return
    came = f"{sync_s * 1e3:.1f} ms to be sure of a write"
    if sync_s > SLOW_SYNC_S:
        expected = f"at most {SLOW_SYNC_S * 1e3:.0f} ms"
        yield warn("disk speed", came, expected=expected, remedy="put data_dir on an SSD; SD cards also wear out")
    else:
        yield good("disk speed", came)


def _sync_s(folder: Path) -> float:
    """Seconds for a small write to be on the disk, in the middle of ten."""
    times = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(10):
            begun = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begun)
    return median(times)


def clock(settings: Settings) -> Iterator[Finding]:
    """The wall clock: whether something keeps it right, and whether it was set while the box runs."""
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    answer = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))  # all zero: it only reads
    if answer == _TIME_ERROR:
        remedy = "timedatectl set-ntp true (the package systemd-timesyncd, or chrony); durations and counts do not care"
        yield warn("clock", f"{now}, kept by nobody", expected="a clock kept by NTP", remedy=remedy)
    else:
        yield good("clock", f"{now}, {'kept by NTP' if answer >= 0 else 'and this machine does not say who keeps it'}")
    mapping = settings.run_dir / "clock.json"
    if not mapping.exists():
        return
    kept = Clock.model_validate_json(mapping.read_text(encoding="ascii"))
    read = Clock.read()
    if kept.boot_id == read.boot_id and abs(jump_ns := kept.jump_ns(read)) > JUMP_NS:
        came = f"it was set by {jump_ns / 1e9:+.0f} s since the box started"
        remedy = "start the box again: times of day are the old ones until then, durations are right"
        yield warn("clock", came, expected="the same clock since the start", remedy=remedy)
