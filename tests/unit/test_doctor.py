from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import sqlite3
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

import pytest
from typer.testing import CliRunner

from gymbox.bus.endpoints import CAMERA, COACH, COACH_REQUESTS
from gymbox.bus.publish import Speaker
from gymbox.bus.request import Server
from gymbox.cli import app
from gymbox.clock import Clock
from gymbox.config import Settings
from gymbox.doctor import machine, network
from gymbox.doctor.cameras import cameras
from gymbox.doctor.coach import coach
from gymbox.doctor.database import database
from gymbox.doctor.inference import inference
from gymbox.requests import AskCoach, CoachReport
from gymbox.storage import backup
from gymbox.storage.elsewhere import Outcome
from gymbox.storage.files import Place
from gymbox.storage.sealed import closing_half, new_key
from gymbox.storage.store import upgrade
from tests import floor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gymbox.doctor.finding import Finding

SAMPLE: Final = Path(__file__).parents[1] / "data/sample.mp4"


def settings(folder: Path, **more: object) -> Settings:
    return Settings.model_validate({"data_dir": folder, "run_dir": folder, **more})


def a_camera(**more: object) -> dict[str, object]:
    return {"id": "rack-1", "url": str(SAMPLE), **more}


def by_name(findings: Iterable[Finding]) -> dict[str, Finding]:
    found = {finding.about: finding for finding in findings}
    # Whoever is told that something is wrong is told what to do.
    assert all(finding.expected and finding.remedy for finding in found.values() if finding.verdict != "ok")
    return found


def test_shared_memory_must_hold_every_camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=64 << 20))  # a container's
    monkeypatch.setattr(machine, "SHARED", tmp_path)
    few = machine.shared_memory(settings(tmp_path, camera=[a_camera(preroll_mib=8)]))
    many = machine.shared_memory(settings(tmp_path, camera=[a_camera(id=f"rack-{number}") for number in range(4)]))
    off = machine.shared_memory(settings(tmp_path, camera=[a_camera(enabled=False)]))
    assert [found.verdict for found in (few, many, off)] == ["ok", "fail", "ok"]
    assert "64 MiB" in many.came
    assert "448 MiB" in many.expected
    assert "--shm-size" in many.remedy


def test_a_disk_that_is_nearly_full_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(total=100 << 30, free=3 << 30))
    found = by_name(machine.disk(settings(tmp_path / "not" / "there")))
    assert found["disk"].verdict == "warn"
    assert found["disk"].came.startswith("3.0 GiB free (3 %)")


def test_a_disk_that_takes_no_write_is_said(tmp_path: Path) -> None:
    found = by_name(machine.disk(settings(tmp_path, data_dir="/proc/gymbox")))
    assert "fail" in {finding.verdict for finding in found.values()}


def test_a_clock_that_was_set_since_the_start_is_said(tmp_path: Path) -> None:
    Clock.shared(tmp_path)
    assert "clock was set" not in str(by_name(machine.clock(settings(tmp_path))))
    mapping = json.loads((tmp_path / "clock.json").read_text())
    mapping["wall_minus_monotonic_ns"] -= 3600 * 10**9
    (tmp_path / "clock.json").write_text(json.dumps(mapping))
    assert by_name(machine.clock(settings(tmp_path)))["clock"].came == "it was set by +3600 s since the box started"


def test_a_camera_is_tried(tmp_path: Path) -> None:
    gone = a_camera(id="gone", url=str(tmp_path / "no.mp4"))
    off = a_camera(id="off", url="rtsp://127.0.0.1:1/", enabled=False)
    found = by_name(cameras(settings(tmp_path, camera=[a_camera(), gone, off])))
    assert found["camera rack-1"].verdict == "ok"
    assert "1280×720 h264, 15 a second" in found["camera rack-1"].came
    assert found["camera gone"].verdict == "fail"
    assert "gymbox camera test gone" in found["camera gone"].remedy
    assert "camera off" not in found


def test_a_camera_whose_process_is_alive_is_asked_and_not_opened(tmp_path: Path) -> None:
    lost = floor.status(9).model_copy(update={"state": "unauthorised", "detail": "401 Unauthorized"})

    async def test() -> dict[str, Finding]:
        async with Speaker(CAMERA.of("rack-1"), run_dir=tmp_path) as speaker:
            speaker.say(floor.status(1), lost)
            asked = settings(tmp_path, camera=[a_camera(url="/dev/no-such-camera")])
            return await asyncio.to_thread(lambda: by_name(cameras(asked)))

    (found,) = asyncio.run(test()).values()
    assert (found.verdict, found.came) == ("fail", "unauthorised: 401 Unauthorized")
    assert "password" in found.remedy


def test_no_camera_says_how_to_add_one(tmp_path: Path) -> None:
    assert "gymbox camera add" in by_name(cameras(settings(tmp_path)))["cameras"].remedy


def test_a_model_and_device_are_tried(tmp_path: Path) -> None:
    busy = [a_camera(id=f"rack-{number}", fps=60) for number in range(60)]
    found = by_name(inference(settings(tmp_path, camera=busy)))
    assert found["model"].came.startswith("movenet-multipose, Apache-2.0")
    assert found["device"].verdict == "warn"  # 3,600 pictures a second
    assert "60 cameras" in found["device"].came


def test_a_model_that_is_not_there_is_said(tmp_path: Path) -> None:
    found = by_name(inference(settings(tmp_path, vision={"model": "nonesuch"})))
    assert found["model"].verdict == "fail"
    assert "nonesuch" in found["model"].came


def test_a_device_that_is_not_there_is_said(tmp_path: Path) -> None:
    found = by_name(inference(settings(tmp_path, vision={"device": "tensorrt"})))
    assert found["device"].verdict == "fail"


def test_a_database_that_is_not_there_yet_is_well(tmp_path: Path) -> None:
    assert [finding.verdict for finding in database(settings(tmp_path))] == ["ok"]


def test_a_database_is_whole_backed_up_and_without_incidents(tmp_path: Path) -> None:
    place = Place(tmp_path)
    asyncio.run(upgrade(place, now=datetime.now(UTC)))
    found = by_name(database(settings(tmp_path)))
    assert (found["database"].verdict, found["backups"].verdict) == ("ok", "warn")
    backup.make(place, keep=7, now=datetime.now(UTC))
    with closing(sqlite3.connect(place.database)) as connection:
        connection.execute(
            "insert into incidents(at, kind, detail) values(?, 'camera-clock', 'it was set')",
            ("2026-11-21 12:00:00.000000",),
        )
        connection.commit()
    found = by_name(database(settings(tmp_path)))
    assert found["backups"].verdict == "ok"
    assert found["incident"].came.endswith("camera-clock: it was set")


@pytest.mark.parametrize(
    ("outcome", "came"),
    [
        (Outcome(made_at=datetime.now(UTC)), "ok: the newest is of"),
        (Outcome(), "warn: none"),
        (Outcome(made_at=datetime.now(UTC) - timedelta(days=3)), "warn: the newest is of"),
        (Outcome(made_at=datetime.now(UTC), own_disk=True), "warn: .+ on the box's own disk"),
        (Outcome(made_at=datetime.now(UTC), error="no room"), "warn: .+; no room"),
    ],
)
def test_backups_outside_the_box_are_told_of_where_they_are_wanted(outcome: Outcome, came: str, tmp_path: Path) -> None:
    asyncio.run(upgrade(Place(tmp_path), now=datetime.now(UTC)))
    (tmp_path / "elsewhere.json").write_text(outcome.model_dump_json())
    assert "backups outside" not in by_name(database(settings(tmp_path)))
    found = by_name(database(settings(tmp_path, backup={"recipient": closing_half(new_key())})))["backups outside"]
    assert re.match(came, f"{found.verdict}: {found.came}")


def test_a_damaged_database_is_said(tmp_path: Path) -> None:
    Place(tmp_path).database.write_bytes(b"no database" * 1000)
    found = by_name(database(settings(tmp_path)))
    assert found["database"].verdict == "fail"
    assert "restore" in found["database"].remedy


def port_of(found: Iterable[Finding]) -> Finding:
    return by_name(found)["port"]


def test_a_port_that_is_taken_is_named_with_its_holder(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        hub = {"host": "127.0.0.1", "port": port}
        network_of = settings(tmp_path, hub=hub)
        taken.settimeout(0)
        found = port_of(network.network(network_of))
    assert found.verdict == "fail"
    assert f"{port} is taken by " in found.came
    assert f"(pid {os.getpid()}), which answers nothing" in found.came
    assert port_of(network.network(network_of)).verdict == "ok"


@contextmanager
def answering(body: bytes) -> Iterator[int]:
    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/healthz" else 404)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *words: Any) -> None:  # noqa: A002, ANN401 -- as it is declared
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("body", "verdict", "said"),
    [(b'{"status": "ok"}', "ok", "the hub answers"), (b"<html>", "fail", "which answers something else")],
)
def test_who_answers_on_the_port_is_asked(body: bytes, verdict: str, said: str, tmp_path: Path) -> None:
    with answering(body) as port:
        found = port_of(network.network(settings(tmp_path, hub={"host": "127.0.0.1", "port": port})))
    assert (found.verdict, said in found.came) == (verdict, True)


def test_an_address_that_is_not_ours_is_said(tmp_path: Path) -> None:
    found = port_of(network.network(settings(tmp_path, hub={"host": "192.0.2.77", "port": 8080})))
    assert found.verdict == "fail"


def test_the_command_says_all_and_ends_with_1_where_something_fails(tmp_path: Path) -> None:
    config = tmp_path / "gymbox.toml"
    config.write_text('data_dir = "."\nrun_dir = "."\n[[camera]]\nid = "gone"\nurl = "no.mp4"\n')
    run = CliRunner().invoke(app, ["doctor", "--json", "--config", str(config)])
    assert run.exit_code == 1
    found = {line["about"]: line["verdict"] for line in map(json.loads, run.stdout.splitlines())}
    looked = {"python", "settings", "shared memory", "disk", "clock", "database", "model", "device", "network", "port"}
    assert looked <= found.keys()
    assert found["camera gone"] == "fail"
    shown = CliRunner().invoke(app, ["doctor", "--config", str(config)])
    assert shown.exit_code == 1
    assert "gymbox camera test gone" in " ".join(shown.stdout.split())


def test_settings_that_are_wrong_are_a_finding_with_their_line(tmp_path: Path) -> None:
    config = tmp_path / "gymbox.toml"
    config.write_text("\n[hub]\nprt = 1\n")
    run = CliRunner().invoke(app, ["doctor", "--json", "--config", str(config)])
    assert run.exit_code == 1
    assert (
        f"{config}:3: hub.prt: no such setting; did you mean port?" in json.loads(run.stdout.splitlines()[-1])["came"]
    )


def test_passwords_that_everybody_can_read_are_said(tmp_path: Path) -> None:
    config = tmp_path / "gymbox.toml"
    config.write_text('[[camera]]\nid = "c"\nenabled = false\nurl = "rtsp://user:secret@127.0.0.1/"\n')
    config.chmod(0o644)
    run = CliRunner().invoke(app, ["doctor", "--json", "--config", str(config)])
    found = {line["about"]: line for line in map(json.loads, run.stdout.splitlines())}
    assert found["settings"]["remedy"] == f"chmod 600 {config}"
    assert "secret" not in run.output


def test_a_coach_without_a_key_is_well_and_one_whose_model_fails_is_said(tmp_path: Path) -> None:
    asked = settings(tmp_path)
    assert by_name(coach(asked))["coach"].came == "worded by the box itself: there is no key"
    keyed = settings(tmp_path, coach={"api_key": "sk-ant-secret"})
    assert by_name(coach(keyed))["coach"].came == "worded by claude-sonnet-4-6"
    well = CoachReport(
        model="claude-sonnet-4-6",
        breaker="closed",
        trouble="",
        tokens_today=1_234,
        tokens_per_day=200_000,
        questions={},
        said=(),
    )

    async def test(report: CoachReport) -> Finding:
        async def answer(_asked: AskCoach) -> CoachReport:
            return report

        async with (
            Speaker(COACH, run_dir=tmp_path, data_dir=tmp_path),
            Server(COACH_REQUESTS, run_dir=tmp_path) as desk,
        ):
            desk.on(AskCoach, answer)
            return await asyncio.to_thread(lambda: by_name(coach(keyed))["coach"])

    assert asyncio.run(test(well)).came == "worded by claude-sonnet-4-6, 1,234 of 200,000 tokens today"
    failing = asyncio.run(test(well.model_copy(update={"trouble": "refused: 401", "breaker": "open"})))
    assert (failing.verdict, "refused: 401" in failing.came) == ("warn", True)
    assert "secret" not in f"{failing} {keyed}"
