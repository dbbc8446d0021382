"""What root does for the hub: nothing but what was asked, and asked rightly. `nmcli` and its like are stand-ins."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest
from pydantic import ValidationError

from gymbox.errors import SystemChangeError
from gymbox.system import wifi
from gymbox.system.desk import ANSWER, REQUEST, Desk
from gymbox.system.process import take
from gymbox.system.words import Answer, Join, ListNetworks, Request, SetHostName, SetTimeZone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from gymbox.system.words import Wanted

HEARD: Final = r""":71:WPA2:Gym
*:40:WPA2:Gym
:90::Café\: free
:55:WPA2 802.1X:Office
:50:WPA3:New
:60:WPA1 WPA2:Both
:99:WPA2:
:x:WPA2:odd
"""
"""As `nmcli --terse` prints it."""
SECRET: Final = ' se\\cret "#;=1'  # noqa: S105 -- of a network that is none


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the system's commands, which write down what they are told."""
    script = f"""#!{sys.executable}
import pathlib, sys
here = pathlib.Path({str(tmp_path)!r})
words = [pathlib.Path(sys.argv[0]).name, *sys.argv[1:]]
with (here / "told").open("a") as told:
    print(*words, file=told)
if "list" in words:
    heard = (here / "heard").read_text()
    short = "SECURITY,SSID" in words
    print("\\n".join(line.split(":", 2)[2] if short else line for line in heard.splitlines()))
failure = here / "failure"
if failure.exists() and failure.read_text().split("|")[0] in words:
    sys.exit(failure.read_text().split("|")[1])
"""
    for name in ("nmcli", "timedatectl", "hostnamectl"):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o700)
    (tmp_path / "heard").write_text(HEARD)
    (tmp_path / "told").touch()
    for folder in ("run", "answers", "profiles"):
        (tmp_path / folder).mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return tmp_path


def told(machine: Path) -> list[str]:
    return (machine / "told").read_text().splitlines()


def root(machine: Path) -> int:
    """One life of root's process."""
    command = [sys.executable, "-m", "gymbox.system.process", str(machine / "run")]
    surroundings = os.environ | {"RUNTIME_DIRECTORY": str(machine / "answers")}
    return subprocess.run(command, env=surroundings, capture_output=True, check=False).returncode


def asked(machine: Path, wanted: Wanted) -> Answer:
    (machine / "run" / REQUEST).write_text(Request(id="a" * 12, wanted=wanted).model_dump_json())
    assert root(machine) == 0
    assert not (machine / "run" / REQUEST).exists()
    return Answer.model_validate_json((machine / "answers" / ANSWER).read_bytes())


def test_the_time_zone_and_the_name_are_set(machine: Path) -> None:
    assert asked(machine, SetTimeZone(zone="Europe/Berlin")) == Answer(id="a" * 12)
    assert asked(machine, SetHostName(name="gym-2")) == Answer(id="a" * 12)
    assert told(machine) == ["timedatectl set-timezone Europe/Berlin", "hostnamectl set-hostname gym-2"]


def test_what_the_system_refuses_is_said(machine: Path) -> None:
    (machine / "failure").write_text("set-timezone|Failed to set time zone: Read-only file system")
    assert (
        asked(machine, SetTimeZone(zone="UTC")).error == "timedatectl: Failed to set time zone: Read-only file system"
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"do": "time-zone", "zone": "../../etc/shadow"},
        {"do": "time-zone", "zone": "Mars/Olympus"},
        {"do": "time-zone", "zone": "-h"},
        {"do": "host-name", "name": "--static"},
        {"do": "host-name", "name": "a b"},
        {"do": "host-name", "name": "a;reboot"},
        {"do": "join", "ssid": "x" * 33},
        {"do": "join", "ssid": "é" * 17},
        {"do": "join", "ssid": "a\nb"},
        {"do": "join", "ssid": "a", "passphrase": "short"},
        {"do": "join", "ssid": "a", "passphrase": "long enough\nkey-mgmt=none"},
        {"do": "reboot"},
        {"do": "networks", "and": "more"},
        {},
    ],
)
def test_what_is_not_one_of_four_things_is_not_done(wrong: dict[str, str], machine: Path) -> None:
    with pytest.raises(ValidationError):
        Request.model_validate_json(json.dumps({"id": "a" * 12, "wanted": wrong}))
    (machine / "run" / REQUEST).write_text(json.dumps({"id": "a" * 12, "wanted": wrong}))
    assert root(machine) == 2
    assert told(machine) == []
    assert not (machine / "run" / REQUEST).exists(), "else systemd would start it again and again"


def test_root_reads_no_link_no_pipe_and_no_long_file(tmp_path: Path) -> None:
    path = tmp_path / REQUEST
    assert take(tmp_path) is None
    (tmp_path / "secret").write_text("root's own")
    path.symlink_to(tmp_path / "secret")
    with pytest.raises(SystemChangeError, match="expected a file") as refused:
        take(tmp_path)
    assert "root's own" not in str(refused.value)
    os.mkfifo(path)
    with pytest.raises(SystemChangeError, match="expected a request"):
        take(tmp_path)
    path.write_bytes(b" " * 5000 + Request(id="a" * 12, wanted=ListNetworks()).model_dump_json().encode())
    with pytest.raises(SystemChangeError, match="expected a request"):
        take(tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / "secret"]


def test_networks_are_listed_each_once_the_joined_one_first(machine: Path) -> None:
    found = asked(machine, ListNetworks()).networks
    assert [(one.ssid, one.signal, one.secured, one.joined, one.fits) for one in found] == [
        ("Gym", 40, True, True, True),
        ("Café: free", 90, False, False, True),
        ("Both", 60, True, False, True),
        ("Office", 55, True, False, False),
        ("New", 50, True, False, True),
    ]


def test_a_network_is_joined_and_its_password_stands_in_no_command(machine: Path) -> None:
    wifi.join(Join(ssid="Gym", passphrase=SECRET), machine / "profiles")
    file = machine / "profiles/gymbox-wifi.nmconnection"
    lines = file.read_text().splitlines()
    assert "key-mgmt=wpa-psk" in lines
    assert 'psk=\\sse\\\\cret "#;=1' in lines
    assert "ssid=71;121;109;" in lines
    assert file.stat().st_mode & 0o777 == 0o600
    name = next(line for line in lines if line.startswith("uuid=")).removeprefix("uuid=")
    assert told(machine)[1:] == [f"nmcli connection load {file}", f"nmcli --wait 45 connection up uuid {name}"]
    assert "cret" not in (machine / "told").read_text()


@pytest.mark.parametrize(
    ("ssid", "passphrase", "line"), [("New", SECRET, "key-mgmt=sae"), ("Café: free", "", "method=auto")]
)
def test_a_profile_says_how_the_network_is_entered(ssid: str, passphrase: str, line: str, machine: Path) -> None:
    wifi.join(Join(ssid=ssid, passphrase=passphrase), machine / "profiles")
    text = (machine / "profiles/gymbox-wifi.nmconnection").read_text()
    assert line in text.splitlines()
    assert ("[wifi-security]" in text) == bool(passphrase)


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (Join(ssid="Gone", passphrase=SECRET), "Wi-Fi Gone: is not heard here"),
        (Join(ssid="Office", passphrase=SECRET), r"Wi-Fi Office: wants WPA2 802\.1X, which the box cannot"),
        (Join(ssid="Gym"), "Wi-Fi Gym: wants a password"),
    ],
)
def test_what_cannot_be_joined_is_not_tried(wanted: Join, why: str, machine: Path) -> None:
    with pytest.raises(SystemChangeError, match=why):
        wifi.join(wanted, machine / "profiles")
    assert list((machine / "profiles").iterdir()) == []


def test_a_wrong_password_leaves_the_network_before(machine: Path) -> None:
    file = machine / "profiles/gymbox-wifi.nmconnection"
    (machine / "failure").write_text("up|Error: Connection activation failed: Secrets were required, but not provided")
    with pytest.raises(SystemChangeError, match="the password is wrong"):
        wifi.join(Join(ssid="Gym", passphrase=SECRET), machine / "profiles")
    assert list((machine / "profiles").iterdir()) == []
    file.write_text("the network before")
    with pytest.raises(SystemChangeError, match="the password is wrong"):
        wifi.join(Join(ssid="Gym", passphrase=SECRET), machine / "profiles")
    assert [path.read_text() for path in (machine / "profiles").iterdir()] == ["the network before"]
    assert told(machine)[-1] == "nmcli connection reload"


def test_a_machine_without_networkmanager_says_so(machine: Path) -> None:
    (machine / "nmcli").unlink()
    assert asked(machine, ListNetworks()).error == "Wi-Fi: there is no NetworkManager on this box: use a cable"


@asynccontextmanager
async def watched(machine: Path) -> AsyncIterator[None]:
    """Root is started whenever a request is there, as systemd does."""

    async def watch() -> None:
        while True:
            if (machine / "run" / REQUEST).exists():
                await asyncio.to_thread(root, machine)
            await asyncio.sleep(0.05)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()


def test_the_hub_asks_and_is_answered(machine: Path) -> None:
    async def test() -> tuple[Any, ...]:
        desk = Desk(machine / "run", machine / "answers")
        async with watched(machine):
            zone, heard = await asyncio.gather(desk.ask(SetTimeZone(zone="UTC")), desk.ask(ListNetworks()))
            (machine / "failure").write_text("set-hostname|not now")
            with pytest.raises(SystemChangeError, match="hostnamectl: not now"):
                await desk.ask(SetHostName(name="gymbox"))
        return zone.networks, len(heard.networks)

    assert asyncio.run(asyncio.wait_for(test(), 120)) == ((), 5)


def test_without_an_answer_nothing_secret_is_left_lying(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gymbox.system.desk.ANSWER_S", 0.3)
    with pytest.raises(SystemChangeError, match=r"no answer within 0\.3 s"):
        asyncio.run(Desk(machine / "run", machine / "answers").ask(Join(ssid="Gym", passphrase=SECRET)))
    assert list((machine / "run").iterdir()) == []
    with pytest.raises(SystemChangeError, match="does not look after the machine"):
        asyncio.run(Desk(machine / "run", machine / "none").ask(ListNetworks()))
    assert "cret" not in repr(Join(ssid="Gym", passphrase=SECRET))
