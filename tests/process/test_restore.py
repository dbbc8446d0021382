"""A box that is lost, and the same box on another machine: from a stick and the owner's key."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gymbox.hub.keys import Keys
from gymbox.hub.tokens import Tokens
from gymbox.storage import Store
from gymbox.storage.sealed import closing_half, new_key
from tests import kept
from tests.gym import Gym
from tests.process.lives import reap, wait_for

if TYPE_CHECKING:
    from tests.gym import JSON


def gymbox(folder: Path, *words: str, typed: str = "") -> str:
    command = [str(Path(sys.executable).with_name("gymbox")), *words]
    done = subprocess.run(command, cwd=folder, input=typed, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def remember(folder: Path) -> None:
    async with await Store.open(folder) as store:
        await store.record("seed", kept.heard(*kept.a_set(5)))
        await store.pair(kept.PHONE, token_id=kept.PHONE, name="phone", session_id=kept.VISIT)


def asked(gym: Gym, phone: str) -> tuple[JSON, JSON]:
    """An old visit, as an old phone sees it; the cameras, as the operator does."""

    async def ask() -> tuple[JSON, JSON]:
        async with gym.day() as day:
            visit = await day.ask("GET", f"/sessions/{kept.VISIT}", token=phone, status=200)
            return visit, await day.ask("GET", "/cameras", token=await day.operator(), status=200)

    return asyncio.run(asyncio.wait_for(ask(), 120))


def test_the_operator_makes_a_key_and_a_backup(tmp_path: Path) -> None:
    async def test(gym: Gym) -> None:
        async with gym.day() as day:
            ask = partial(day.ask, token=await day.operator())
            assert (await ask("GET", "/backups", status=200))["key"] is False
            assert (await ask("POST", "/backups", status=409))["title"] == "no key"
            letters = {"letters": "QQQQQQQQ"}
            assert (
                "make one again" in (await ask("POST", "/backups/key/confirmation", json=letters, status=409))["detail"]
            )
            new = await ask("POST", "/backups/key", status=200)
            wrong = await ask("POST", "/backups/key/confirmation", json=letters, status=409)
            assert wrong["title"] == "wrong letters"
            right = {"letters": new["key"][-new["asked_back"] :].lower()}
            await ask("POST", "/backups/key/confirmation", json=right, status=204)
            await ask("POST", "/backups/key/confirmation", json=right, status=409)
            assert closing_half(new["key"]) in (gym.folder / "gymbox.toml").read_text()
            before = await ask("GET", "/backups", status=200)
            assert (before["key"], before["made_at"], before["folder"]) == (True, None, str(tmp_path / "stick"))
            await ask("POST", "/backups", status=204)
            failed = await ask("GET", "/backups", status=200)
            assert "is the stick plugged in" in failed["error"]
            (tmp_path / "stick").mkdir()
            await ask("POST", "/backups", status=204)
            after = await ask("GET", "/backups", status=200)
            assert (after["error"], after["running"], after["own_disk"]) == ("", False, True)
            (made,) = (tmp_path / "stick").iterdir()
            assert made.stat().st_size == after["size_bytes"]
            gymbox(gym.folder, "backup", "check", str(made), "--stdin", typed=new["key"])

    folder = tmp_path / "box"
    folder.mkdir()
    with ExitStack() as processes:
        gym = Gym.open(folder, processes, hub=f'\n[backup]\nfolder = "{tmp_path / "stick"}"')
        asyncio.run(asyncio.wait_for(test(gym), 240))


def test_a_box_is_brought_back_on_an_empty_machine_and_its_phones_find_it_as_it_was(tmp_path: Path) -> None:
    first, stick, second = (tmp_path / name for name in ("first", "stick", "second"))
    for folder in (first, stick, second):
        folder.mkdir()
    key = new_key()
    asyncio.run(remember(first))
    with ExitStack() as processes:
        box = Gym.open(first, processes, hub=f'\n[backup]\nrecipient = "{closing_half(key)}"\nfolder = "{stick}"')
        phone = Tokens(Keys.open(first)).issue("phone", kept.PHONE, kept.PHONE, lasts_s=600)
        before = asked(box, phone)
        gymbox(first, "backup", "now")  # while it runs
        assert [one["reps"] for one in before[0]["sets"]] == [5]
    (made,) = stick.iterdir()
    (second / "gymbox.toml").write_text('data_dir = "."\n')
    gymbox(second, "backup", "restore", str(made), "--stdin", "--yes", typed=f"{key}\n")
    with ExitStack() as processes:
        again = Gym(second, processes, box.port)
        again.begin("recorder")
        again.hub = again.begin("hub")
        wait_for("the hub", again.answers, 240)
        assert asked(again, phone) == before
        assert reap(again.hub, signal.SIGTERM) == 0
