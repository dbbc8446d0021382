"""The systemd units, held against systemd's own eyes and against the table of processes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from gymbox.service import GRACE_S
from gymbox.supervise import life
from gymbox.supervise.parts import ROWS, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

UNITS: Final = Path(__file__).parents[2] / "systemd"
ROOTS: Final = ["gymbox-boot-ok.service", "gymbox-system.service", "gymbox-update.service"]
"""Run for a moment as root, with reasons that systemd/README.md gives."""
BESIDE: Final = ["gymbox-backup.service", "gymbox-screen.service"]
"""No part of the box's own talk, and hardened like the rest."""
SERVICES: Final = sorted({path.name for path in UNITS.glob("gymbox-*.service")} - set(ROOTS))
INSTALLED: Final = "/usr/lib/gymbox/bin/python"
COMMAND: Final = "/usr/lib/gymbox/bin/gymbox"
EXPOSED: Final = 20
"""The most that `systemd-analyze security` may give, in tenths."""

analysed = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not there (Debian's package systemd)"
)


def said(words: Sequence[str]) -> tuple[int, str]:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """As they are shipped, but for a Python that is there."""
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True, symlinks=True)
    for unit in tmp_path.glob("*.service"):
        unit.write_text(unit.read_text().replace(INSTALLED, sys.executable).replace(COMMAND, sys.executable))
    return tmp_path


@analysed
@pytest.mark.parametrize("unit", sorted(path.name for path in UNITS.glob("*gymbox*.*") if path.is_file()))
def test_systemd_has_nothing_to_say(unit: str, units: Path) -> None:
    # A misspelt key is only warned of: what counts is that nothing is printed.
    assert said(["systemd-analyze", "verify", "--man=no", str(units / unit)]) == (0, "")


@analysed
def test_systemd_would_say_so(units: Path) -> None:
    unit = units / "gymbox-recorder.service"
    unit.write_text(unit.read_text().replace("WatchdogSec", "WatchdogSecs"))
    assert "WatchdogSecs" in said(["systemd-analyze", "verify", "--man=no", str(unit)])[1]


@analysed
@pytest.mark.parametrize("unit", [*SERVICES, "gymbox.service", "gymbox-system.service"])
def test_each_is_hardened(unit: str, units: Path) -> None:
    looked = ["systemd-analyze", "security", "--no-pager", "--offline=yes", f"--threshold={EXPOSED}"]
    code, table = said([*looked, str(units / unit)])
    assert code == 0, table
    assert "Overall exposure level" in table


@pytest.mark.parametrize("unit", ROOTS)
def test_who_is_root_is_so_for_a_moment_for_a_reason_and_within_limits(unit: str) -> None:
    settings = said_by(unit)
    assert settings["Type"] == "oneshot"
    assert settings["MemoryMax"]
    assert settings["TimeoutStartSec"]
    assert f"- `{unit}` " in (UNITS / "README.md").read_text()
    # What the processes have in common would make a service of it that is started for ever.
    assert (UNITS / f"{unit}.d/common.conf").readlink() == Path("/dev/null")


@analysed
@pytest.mark.parametrize("unit", ROOTS)
def test_the_link_to_nothing_takes_the_place_of_what_the_processes_have_in_common(unit: str, units: Path) -> None:
    looked = ["systemd-analyze", "security", "--no-pager", "--offline=yes", str(units / unit)]
    root = "Service runs as root user"
    assert root in said(looked)[1]
    (units / f"{unit}.d/common.conf").unlink()
    assert root not in said(looked)[1]


COMMON: Final = "gymbox-.service.d/common.conf"


def said_by(file: str) -> dict[str, str]:
    lines = (UNITS / file).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def settings_of(unit: str) -> dict[str, str]:
    return said_by(unit) | said_by(COMMON)


@pytest.mark.parametrize("unit", SERVICES)
def test_no_unit_says_what_the_drop_in_would_take_back(unit: str) -> None:
    # systemd reads drop-ins after the unit, so an empty list of capabilities there is the last word.
    assert said_by(unit).keys().isdisjoint(said_by(COMMON))
    assert "CapabilityBoundingSet" in said_by(unit)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_process_has_its_unit_which_says_the_same_of_it(row: Row) -> None:
    camera = "{camera}" in row.name
    unit = settings_of(f"gymbox-{row.name.format(camera='')[:-1]}@.service" if camera else f"gymbox-{row.name}.service")
    assert unit["ExecStart"] == f"{INSTALLED} -m {row.module}{' %i' if camera else ''}"
    assert float(unit["WatchdogSec"]) == row.watchdog_s
    assert unit["Type"] == "notify"
    assert unit["StartLimitIntervalSec"] == "0"
    assert float(unit["TimeoutStopSec"]) == life.STOP_S > GRACE_S
    assert unit["MemoryMax"]


def test_there_is_no_unit_without_a_process() -> None:
    assert len(SERVICES) == len(ROWS) + len(BESIDE)


def test_the_recorder_may_be_silent_for_as_long_as_it_is_on_a_quiet_night() -> None:
    assert float(settings_of("gymbox-recorder.service")["WatchdogSec"]) >= 60


def test_the_target_wants_every_process_that_there_is_once() -> None:
    wanted = next(line for line in (UNITS / "gymbox.target").read_text().splitlines() if line.startswith("Wants="))
    once = {f"gymbox-{row.name}.service" for row in ROWS if "{camera}" not in row.name}
    watched = {path.name for kind in ("path", "timer") for path in UNITS.glob(f"*.{kind}")}
    assert set(wanted.removeprefix("Wants=").split()) == once | {"gymbox.service", *watched}


class Systemd:
    """A `systemctl` that does what it is told to no unit, and keeps it in mind."""

    def __init__(self, folder: Path) -> None:
        self.config, self._folder = folder / "gymbox.toml", folder
        script = '#!/bin/sh\ncd "$(dirname "$0")"\n[ "$1" = list-units ] && { cat loaded; exit; }\necho "$@" >> told\n'
        (folder / "systemctl").write_text(script)
        (folder / "systemctl").chmod(0o700)
        (folder / "loaded").touch()

    def follow(self, settings: str, *, loaded: str = "") -> tuple[int, list[str]]:
        """The exit code, and what systemd is told, once the file says so."""
        self.config.write_text(settings)
        (self._folder / "loaded").write_text("".join(f"{one} loaded active running\n" for one in loaded.split()))
        (self._folder / "told").write_text("")
        surroundings = {
            "PATH": f"{self._folder}:/usr/bin:/bin",
            "GYMBOX_CONFIG": str(self.config),
            "RUNTIME_DIRECTORY": str(self._folder),
        }
        done = subprocess.run([sys.executable, "-m", "gymbox.supervise.units"], env=surroundings, check=False)
        return done.returncode, (self._folder / "told").read_text().splitlines()


def test_a_change_of_the_settings_is_followed(tmp_path: Path) -> None:
    systemd = Systemd(tmp_path)
    one = '[[camera]]\nid = "rack-1"\nurl = "rtsp://ann:sesame@10.0.0.9/a"\n'
    two = '[[camera]]\nid = "rack-2"\nurl = "/dev/video0"\n'
    first, second = "gymbox-camera@rack-1.service", "gymbox-camera@rack-2.service"
    assert systemd.follow(one) == (0, [f"--no-block start {first}"])
    # Another camera: the first goes on, and so does vision, which follows by itself.
    code, told = systemd.follow(one + two, loaded=first)
    assert (code, told[1:]) == (0, [f"--no-block start {first} {second}"])
    assert {first, "gymbox-vision.service"}.isdisjoint(told[0].split())
    # Another password, of which no log shows anything: that camera starts again.
    changed = one.replace("sesame", "rhubarb") + two
    told = systemd.follow(changed, loaded=f"{first} {second}")[1]
    assert told[0].startswith("--no-block try-restart")
    assert first in told[0].split()
    assert second not in told[0].split()
    assert systemd.follow(changed, loaded=f"{first} {second}") == (0, [f"--no-block start {first} {second}"])
    assert systemd.follow("camera = 1", loaded=f"{first} {second}") == (2, [])
    told = systemd.follow("", loaded=f"{first} {second}")[1]
    assert told[0] == f"--no-block stop {first} {second}"
    assert not any(line.startswith("--no-block start") for line in told)
    told = systemd.follow("[hub]\nport = 8081")[1]
    assert "gymbox-hub.service" in told[0].split()


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd-sysusers is not there")
def test_the_user_is_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    made = said(["systemd-sysusers", f"--root={tmp_path}", str(UNITS / "sysusers.d/gymbox.conf")])
    assert made[0] == 0, made[1]
    (line,) = [line for line in (tmp_path / "etc/passwd").read_text().splitlines() if line.startswith("gymbox:")]
    assert "/var/lib/gymbox" in line
    assert line.endswith("nologin")
