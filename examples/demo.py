"""The whole box on one pass of the sample clip, with a verdict: what `./just demo` runs.

A box of its own is started, with the clip as its camera, at the clip's own pace. A phone for each person pairs, claims
them, and listens. The clip is rendered (`synth/sample.py`), so its truth is exact: what the phones heard, what the
database holds and the replays must agree with it. Exit code 0 means that all of it is right.
"""

import asyncio
import io
import json
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import av
import segno
from phone import Phone
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from gymbox import count
from gymbox.bus.endpoints import HUB_REQUESTS
from gymbox.bus.request import ask
from gymbox.cli.progress import progress
from gymbox.cli.report import PIPED_WIDTH
from gymbox.config import load
from gymbox.hub.password import Password
from gymbox.requests import Invite, Invited

ROOT = Path(__file__).parents[1]
CLIP = ROOT / "tests" / "data" / "sample.mp4"
TRUTH = CLIP.with_suffix(".json")
DRAWN = ROOT / "out" / "demo.mp4"
HOME = ROOT / "out" / "demo"
"""Of the demo's box, made anew each time."""
PORT = 8080

START_S, PASS_S = 180, 150
"""How long the box may take to be ready, and a pass with all that follows from it; on an idle machine 6 and 30."""
READY = {"process": "box", "event": "ready"}
"""What the box's log says then."""
LATE_S, SHORT_S = 15, 5
"""A replay may not be later after its alert, nor shorter."""

BUSY = "was the machine busy? What vision dropped stands at `watched` in out/demo/box.log"

BOX = """\
data_dir = "data"
run_dir = "{run}"

[hub]
port = {port}
mdns = false

[[camera]]
id = "sample"
zone = "weights"
url = "{clip}"
loop = false
"""


@dataclass
class Person:
    """What one phone heard."""

    track_id: str
    reps: list[dict[object, object]] = field(default_factory=list)
    alerts: dict[str, tuple[float, str]] = field(default_factory=dict)
    """When each came, and what it said."""
    cues: dict[str, tuple[float, str]] = field(default_factory=dict)
    """By alert, seconds from it to what the coach said of it, and that."""
    worded: dict[str, tuple[float, str]] = field(default_factory=dict)
    """The same by the language model, where the box has a key of one."""
    clips: dict[str, float] = field(default_factory=dict)
    """By alert, seconds from it to its clip."""
    plays: dict[str, float] = field(default_factory=dict)
    """By alert, seconds of its clip that were decoded."""
    done: bool = False

    @property
    def waits(self) -> bool:
        """Whether there is more to come."""
        return not self.done or len(self.plays) < len(self.alerts)

    def replayed(self, alert: str) -> bool:
        """Whether its replay came in time, and plays long enough."""
        return self.clips.get(alert, LATE_S + 1) <= LATE_S and self.plays.get(alert, 0) >= SHORT_S

    def cue(self, alert: str) -> str:
        """What the coach said of it, and how long after."""
        if alert not in self.cues:
            return "none"
        return f"{self.cues[alert][1]} ({self.cues[alert][0] * 1e3:.0f} ms)"

    def replay(self, alert: str) -> str:
        """How long its replay plays, and how long after it was there."""
        if alert not in self.plays:
            return "none"
        return f"{self.plays[alert]:.1f} s ({self.clips[alert]:.1f} s)"

    @property
    def counted(self) -> tuple[str, int, int]:
        """Exercise, full and partial repetitions."""
        kinds = Counter(str(rep["kind"]) for rep in self.reps)
        return str(self.reps[-1]["exercise"]) if self.reps else "nothing", kinds["full"], kinds["partial"]


async def follow(phone: Phone, person: Person) -> None:
    """Listen until the set is over and every alert has its clip."""
    async for said in phone.live(person.track_id):
        match said:
            case {"type": "rep_counted", "data": {"state": "confirmed", **rep}}:
                person.reps.append(rep)
            case {"type": "form_alert", "data": {"alert_id": alert, "message": words}}:
                person.alerts[alert] = time.monotonic(), words["en"]
            case {"type": "guidance", "data": {"alert_id": alert, "source": source, "text": text}} if (
                alert in person.alerts
            ):
                told = person.cues if source == "cue" else person.worded
                told[alert] = time.monotonic() - person.alerts[alert][0], text
            case {"type": "clip_ready", "data": {"alert_id": alert}} if alert in person.alerts:
                person.clips[alert] = time.monotonic() - person.alerts[alert][0]
                replays = (await phone.get(f"tracks/{person.track_id}/replay"))["replays"]
                url = next(replay["url"] for replay in replays if replay["alert_id"] == alert)
                person.plays[alert] = played_s(await phone.fetch(url))
            case {"type": "set_finished"}:
                person.done = True
        if not person.waits:
            return


def played_s(clip: bytes) -> float:
    """Seconds of an MP4, each of its pictures decoded."""
    with av.open(io.BytesIO(clip), "r") as container:
        times = [frame.time for frame in container.decode(video=0)]
    return float(times[-1] - times[0])


def is_over(people: list[Person]) -> bool:
    """Whether all who did something have heard all of it."""
    lifters = [person for person in people if person.reps]
    return bool(lifters) and not any(person.waits for person in lifters)


async def attend(config: Path, people: list[Person]) -> None:
    """A phone for each who is on the floor, until all that they did was heard."""
    run_dir, listeners = load(config).run_dir, list[asyncio.Task[None]]()

    async with aiohttp.ClientSession() as http, asyncio.TaskGroup() as listening:

        async def another() -> Phone:
            invited, _ = await ask(HUB_REQUESTS, Invite(), Invited, run_dir=run_dir)  # as `gymbox qr` does
            return await Phone.pair(http, invited.url, name="demo")

        phone, until = await another(), time.monotonic() + PASS_S
        while time.monotonic() < until and not is_over(people):
            for someone in await phone.strangers():
                await phone.claim(someone["session_id"])
                people.append(Person(someone["figure"]["track_id"]))
                listeners.append(listening.create_task(follow(phone, people[-1])))
                phone = await another()
            await asyncio.sleep(0.3)
        for listener in listeners:
            listener.cancel()


@contextmanager
def box(config: Path) -> Iterator[None]:
    """The box, running; its log in a file."""
    log = HOME / "box.log"
    with log.open("wb") as out:
        command = [str(Path(sys.executable).with_name("gymbox")), "run", "--config", str(config)]
        running = subprocess.Popen(command, stderr=out, process_group=0)  # noqa: S603 -- Ctrl-C is for the demo first
        try:
            until = time.monotonic() + START_S
            while not any(line.items() >= READY.items() for line in map(json.loads, log.read_text().splitlines())):
                if running.poll() is not None or time.monotonic() > until:
                    sys.exit(f"the box does not start; its log is {log}")
                time.sleep(0.1)
            yield
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(60)


def settings(run_dir: Path) -> Path:
    """The box's `gymbox.toml`."""
    config = HOME / "gymbox.toml"
    config.write_text(BOX.format(run=run_dir, port=free_port(), clip=CLIP))
    return config


def free_port() -> int:
    """The usual port, or any where somebody has that."""
    for port in (PORT, 0):
        try:
            with socket.create_server(("", port)) as taken:
                return int(taken.getsockname()[1])
        except OSError:
            continue
    raise AssertionError


def stored() -> Counter[tuple[str, str]]:
    """The repetitions that the database holds: exercise and kind of each."""
    with closing(sqlite3.connect(f"file:{HOME}/data/gymbox.db?mode=ro", uri=True)) as database:
        return Counter(database.execute("select exercise, kind from rep_events"))


def judge(people: list[Person], console: Console) -> bool:
    """Hold everything against the truth, print it, and say whether all is right."""
    sets = json.loads(TRUTH.read_text())["sets"]
    truth = Counter((each["exercise"], each["reps"], each["partial_reps"]) for each in sets)
    lifters = sorted((person for person in people if person.reps), key=lambda person: person.counted)
    found = Counter(person.counted for person in lifters)
    table = Table(
        "exercise", "reps", "partial", "rendered so", "alert", "the coach, after", "replay, after", box=SIMPLE_HEAD
    )
    for person in lifters:
        exercise, full, partial = person.counted
        alerts = "\n".join(words for _, words in person.alerts.values())
        replays = "\n".join(map(person.replay, person.alerts))
        cues = "\n".join(map(person.cue, person.alerts))
        told = "yes" if person.counted in truth else "no"
        table.add_row(exercise, str(full), str(partial), told, alerts, cues, replays)
    console.print(table)
    for exercise, full, partial in (truth - found).elements():
        console.print(f"missed: {exercise}, {full} full and {partial} partial")
    heard = Counter((str(rep["exercise"]), str(rep["kind"])) for person in lifters for rep in person.reps)
    rendered = sum(each["reps"] + each["partial_reps"] for each in sets)
    rows = stored()
    console.print(f"phones heard {heard.total()} of {rendered} repetitions, the database holds {rows.total()}")
    replayed = [person.replayed(alert) for person in lifters for alert in person.alerts]
    console.print(f"{sum(replayed)} of {len(replayed)} form alerts have a replay, there within {LATE_S} s, that plays")
    for after_s, text in sorted(words for person in lifters for words in person.worded.values()):
        console.print(f"the language model, {after_s:.2f} s after its alert: {text}")
    return found == truth and heard == rows and bool(replayed) and all(replayed)


def stay(console: Console, config: Path, password: str) -> None:
    """Let the clip go on in a loop, and say where to look, until Ctrl-C."""
    config.write_text(config.read_text().replace("loop = false", "loop = true"))
    settings = load(config)
    hub = settings.hub
    invited, _ = asyncio.run(ask(HUB_REQUESTS, Invite(), Invited, run_dir=settings.run_dir))
    segno.make(invited.url, error="l", micro=False).terminal(compact=True)
    console.print(
        f"The box stays up, with the clip in a loop; Ctrl-C ends it.\n"
        f"  {invited.url}\n"
        f"      the app: scan it with a phone on this network, or open it here; it is good once, for minutes\n"
        f"  http://localhost:{hub.port}/docs   the API; log in with {password}\n"
        f"  gymbox qr --config {config}   another code\n"
        f"  gymbox tap --config {config}   what the processes say to each other\n"
        f"  {config.parent}   its log, its database, its clips",
        soft_wrap=True,
    )
    with suppress(KeyboardInterrupt):
        signal.pause()


def main() -> int:
    """Run the box, judge it, draw the clip; 0 where all is right."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PIPED_WIDTH)
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    password = Password(HOME / "data").invent()
    people: list[Person] = []
    with tempfile.TemporaryDirectory(prefix="gymbox-") as run:
        config = settings(Path(run))
        with console.status("the box starts") as status, box(config):
            status.update("one pass of the clip, at its own pace: 26 seconds")
            asyncio.run(attend(config, people))
            status.stop()
            right = judge(people, console)
            with progress("drawing") as on_progress:
                count(CLIP, overlay=DRAWN, on_progress=on_progress)
            console.print(f"drawn: {DRAWN}", soft_wrap=True)
            console.print("[green]all of it is right[/]" if right else f"[red]not all of it is right[/]: {BUSY}")
            if console.is_terminal:
                stay(console, config, password)
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
