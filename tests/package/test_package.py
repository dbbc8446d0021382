"""The package on a bare Debian, from its first installation to its last trace; each test goes on where one ended."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import threading
import urllib.request
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from zeroconf import IPVersion, ServiceBrowser, ServiceListener, Zeroconf

from tests.app.browser import needed, phone, shoot, shows
from tests.gym import PASSWORD
from tests.package.conftest import BROKEN, FIRST, SECOND
from tests.package.machine import LIMIT_S, Machine
from tests.process.lives import wait_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.package.conftest import Packages

pytestmark = pytest.mark.alone
later = pytest.mark.skipif("PACKAGE" not in os.environ, reason="minutes more: ./just test-package")

SAMPLE: Final = Path(__file__).parents[1] / "data/sample.mp4"
UNITS: Final = ("recorder", "vision", "coach", "hub", "camera@rack-1")
CAMERA: Final = """
[[camera]]
id = "rack-1"
url = "/var/lib/gymbox/sample.mp4"
loop = true
fps = 2
"""
STATE: Final = "/var/lib/gymbox-update/state.json"


def answers(machine: Machine) -> bool:
    try:
        with urllib.request.urlopen(f"http://{machine.address}/healthz", timeout=10) as answer:
            return bool(json.load(answer) == {"status": "ok"})
    except OSError:
        return False


def wait_until(machine: Machine, what: str, holds: object) -> None:
    try:
        wait_for(what, holds, LIMIT_S)
    except AssertionError:
        print(machine.journal())  # noqa: T201 -- pytest shows it where it failed
        raise


def hub(machine: Machine) -> str:
    """Its process; 0 where there is none."""
    return machine.run("systemctl", "show", "--value", "--property=MainPID", "gymbox-hub.service").strip()


def state(machine: Machine) -> dict[str, Any]:
    path = machine.path(STATE)
    found = json.loads(path.read_text()) if path.exists() else {"good": "", "happened": []}
    assert isinstance(found, dict)
    return found


def happened(machine: Machine) -> list[tuple[str, str]]:
    return [(one["what"], one["version"]) for one in state(machine)["happened"]]


def installed(machine: Machine) -> str:
    return machine.run("dpkg-query", "--show", "--showformat=${Version}", "gymbox")


def password(machine: Machine) -> bytes:
    return machine.path("/var/lib/gymbox/hub/password").read_bytes()


def test_a_bare_debian_becomes_a_box(machine: Machine, package: Path) -> None:
    assert not machine.succeeds("python3.11", "--version"), "it is bare"
    machine.run("apt-get", "install", "--yes", "--no-install-recommends", f"/srv/{package.name}")
    wait_until(machine, "/healthz", lambda: answers(machine))
    shutil.copy(SAMPLE, machine.path("/var/lib/gymbox/sample.mp4"))
    machine.run("chown", "gymbox:", "/var/lib/gymbox/sample.mp4")
    with machine.path("/etc/gymbox/gymbox.toml").open("a") as settings:
        settings.write(CAMERA)
    active = ["systemctl", "is-active", "--quiet", *(f"gymbox-{unit}.service" for unit in UNITS)]
    wait_until(machine, "all units", lambda: machine.succeeds(*active))
    assert machine.run("systemctl", "list-units", "--failed", "--no-legend", "gymbox*") == ""
    assert machine.run("systemctl", "is-enabled", "gymbox.target", "gymbox-boot-ok.service").split() == ["enabled"] * 2


def test_it_has_shown_that_it_works(machine: Machine) -> None:
    wait_until(machine, "the gate", lambda: ("kept", FIRST) in happened(machine))


def test_nobody_is_root_and_each_answers_its_watchdog(machine: Machine) -> None:
    for unit in UNITS:
        shown = machine.run(
            "systemctl", "show", f"gymbox-{unit}.service", "-p", "User,WatchdogUSec,MemoryMax,NRestarts"
        )
        values = dict(line.split("=", 1) for line in shown.splitlines())
        assert values["User"] == "gymbox"
        assert values["WatchdogUSec"] not in {"", "0"}
        assert values["MemoryMax"].isdigit()
        assert values["NRestarts"] == "0", machine.journal()


def test_its_page_is_there_and_its_settings_are_for_it_alone(machine: Machine) -> None:
    page = urllib.request.Request(f"http://{machine.address}/", headers={"Accept": "text/html"})
    with urllib.request.urlopen(page, timeout=30) as answer:  # noqa: S310 -- the machine's
        assert b"<title>" in answer.read()
    assert machine.run("stat", "--format=%U %a", "/etc/gymbox/gymbox.toml").split() == ["gymbox", "640"]
    assert machine.run("stat", "--format=%U %a", "/var/lib/gymbox").split() == ["gymbox", "700"]


def test_the_network_finds_it(machine: Machine) -> None:
    class Ear(ServiceListener):
        def __init__(self) -> None:
            self.heard: list[tuple[list[str], int | None]] = []

        def add_service(self, zc: Zeroconf, type_: str, name: str) -> None:
            if found := zc.get_service_info(type_, name, 10_000):
                self.heard.append((found.parsed_addresses(IPVersion.V4Only), found.port))

        def update_service(self, zc: Zeroconf, type_: str, name: str) -> None: ...
        def remove_service(self, zc: Zeroconf, type_: str, name: str) -> None: ...

    ear = Ear()
    network = Zeroconf(interfaces=[machine.ours], ip_version=IPVersion.V4Only)
    try:
        browser = ServiceBrowser(network, "_gymbox._tcp.local.", ear)
        wait_until(machine, "mDNS", lambda: ear.heard)
        browser.cancel()
    finally:
        network.close()
    assert ear.heard[0] == ([machine.address], 80)


def test_it_counts_the_sample_by_itself(machine: Machine) -> None:
    truth = json.loads(SAMPLE.with_suffix(".json").read_text())
    said = machine.run("gymbox", "count", "/var/lib/gymbox/sample.mp4", "--json")
    counted = sorted((one["exercise"], one["reps"]) for one in json.loads(said)["sets"])
    assert counted == sorted((one["exercise"], one["reps"]) for one in truth["sets"])


def test_what_root_does_stays_the_box_s(machine: Machine) -> None:
    machine.run("sh", "-c", f"echo {PASSWORD} | gymbox hub password --stdin")
    machine.run("gymbox", "db", "backup")
    owners = machine.run("find", "/var/lib/gymbox", "-not", "-user", "gymbox", "-not", "-name", ".verified.json")
    assert owners == ""


def test_what_is_passed_on_is_named(machine: Machine) -> None:
    found = json.loads(machine.path("/usr/share/doc/gymbox/sbom.cdx.json").read_text())
    assert found["bomFormat"] == "CycloneDX"
    expressions = {one["name"]: one["licenses"][0]["expression"] for one in found["components"]}
    assert all(expressions.values())
    x264 = next(name for name in expressions if name.startswith("libx264"))
    assert "GPL" in expressions[x264]
    assert "x264" in machine.path("/usr/share/doc/gymbox/NOTICE").read_text()
    site = machine.path("/usr/lib/gymbox/lib/python3.11/site-packages")
    distributions = {path.name.partition("-")[0].lower() for path in site.glob("*.dist-info")} - {"gymbox"}
    assert distributions <= {name.lower().replace("-", "_") for name in expressions}


@later
@pytest.mark.parametrize(
    ("damage", "why"),
    [("payload", "erification failure"), ("signature", "expected its signature beside it"), ("older", "is what runs")],
)
def test_an_update_is_refused_that_is_not_ours_or_not_newer(
    machine: Machine, packages: Packages, damage: str, why: str
) -> None:
    deb = machine.path("/srv/bad.deb")
    shutil.copy((packages.first if damage == "older" else packages.second), deb)
    source = packages.first if damage == "older" else packages.second
    if damage != "signature":
        shutil.copy(f"{source}.p7s", f"{deb}.p7s")
    if damage == "payload":
        with deb.open("r+b") as file:
            file.seek(-1000, 2)
            file.write(b"x" * 100)
    said = machine.run("gymbox", "update", "install", "/srv/bad.deb", check=False)
    assert why in said
    assert installed(machine) == FIRST
    assert happened(machine)[0][0] == "refused"
    assert answers(machine)
    for path in (deb, Path(f"{deb}.p7s")):
        path.unlink(missing_ok=True)


def wish(machine: Machine, what: str) -> None:
    """As the hub leaves it."""
    said = f"""echo '{{"do": "{what}"}}' > /run/gymbox/.wish && mv /run/gymbox/.wish /run/gymbox/update.json"""
    machine.run("runuser", "-u", "gymbox", "--", "sh", "-c", said)


@contextmanager
def served(folder: Path, host: str) -> Iterator[str]:
    server = ThreadingHTTPServer((host, 0), partial(SimpleHTTPRequestHandler, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def updates(machine: Machine) -> None:
    """As the operator does, in a browser on another machine, where the page is no secure context."""
    async with phone(desk=(1280, 800), host=machine.address) as page:
        page.set_default_timeout(LIMIT_S * 1000)
        await page.goto(f"http://{machine.address}/admin")
        await page.get_by_test_id("password").fill(PASSWORD)
        await page.get_by_test_id("log-in").click()
        await page.get_by_role("radio", name="Box").click()
        await shows(page, "running", FIRST)
        await page.get_by_test_id("look").click()
        await page.get_by_test_id("install").click()
        await page.get_by_test_id("did-kept").filter(has_text=SECOND).wait_for()
        await shows(page, "running", SECOND)
        await page.get_by_test_id("updates").scroll_into_view_if_needed()
        await shoot(page, "admin-updated")


@later
def test_a_wish_without_a_feed_says_what_is_missing(machine: Machine) -> None:
    wish(machine, "check")
    wait_until(machine, "the wish", lambda: happened(machine)[0][0] == "failed")
    assert "names no feed" in state(machine)["happened"][0]["why"]
    assert not machine.succeeds("test", "-e", "/run/gymbox/update.json")


@later
@needed
def test_what_the_operator_wishes_is_fetched_installed_and_stays_as_it_works(
    machine: Machine, packages: Packages
) -> None:
    before, deb = password(machine), packages.second
    kind = f"package-{deb.stem.rpartition('_')[2]}"
    feed = {"version": SECOND, "files": {kind: {"url": deb.name, "size_bytes": deb.stat().st_size}}}
    (deb.parent / "feed.json").write_text(json.dumps(feed))
    with served(deb.parent, machine.ours) as url:
        ran = hub(machine)
        with machine.path("/etc/gymbox/gymbox.toml").open("a") as settings:
            settings.write(f'\n[update]\nfeed = "{url}/feed.json"\n')
        # It starts again, as its settings have changed.
        wait_until(machine, "/healthz of another process", lambda: hub(machine) not in {"0", ran} and answers(machine))
        asyncio.run(asyncio.wait_for(updates(machine), 3 * LIMIT_S))
    assert installed(machine) == SECOND
    assert happened(machine)[:2] == [("kept", SECOND), ("installed", SECOND)]
    wait_until(machine, "/healthz", lambda: answers(machine))
    assert password(machine) == before
    assert 'id = "rack-1"' in machine.path("/etc/gymbox/gymbox.toml").read_text()
    assert "at 9999, nothing to do" in machine.run("gymbox", "db", "upgrade")
    assert ": whole" in machine.run("gymbox", "db", "check")


@later
def test_the_way_back_restores_what_the_version_before_can_read(machine: Machine) -> None:
    machine.run("gymbox", "update", "rollback", limit_s=3 * LIMIT_S)
    assert installed(machine) == FIRST
    assert ("restored", FIRST) in happened(machine)[:3]
    wait_until(machine, "/healthz", lambda: answers(machine))
    assert "nothing to do" in machine.run("gymbox", "db", "upgrade")
    assert ": whole" in machine.run("gymbox", "db", "check")
    assert machine.run("find", "/var/lib/gymbox", "-maxdepth", "1", "-name", "set-aside-*") != "", "nothing is lost"


@later
def test_a_power_cut_as_it_is_installed_ends_with_the_version_before(machine: Machine, packages: Packages) -> None:
    status = ("dpkg-query", "--show", "--showformat=${db:Status-Status}", "gymbox")
    machine.begin("gymbox", "update", "install", f"/srv/{packages.second.name}")
    wait_until(machine, "dpkg at work", lambda: machine.run(*status) != "installed")
    machine.kill()
    machine.start()
    wait_until(machine, "the way back", lambda: happened(machine)[0] == ("fell back", FIRST))
    assert "was cut off as it was installed" in state(machine)["happened"][0]["why"]
    assert (machine.run(*status), installed(machine)) == ("installed", FIRST)
    wait_until(machine, "/healthz", lambda: answers(machine))
    assert ": whole" in machine.run("gymbox", "db", "check")


@later
def test_a_version_that_does_not_work_is_replaced_by_the_one_before(machine: Machine, packages: Packages) -> None:
    # Ten minutes are for boxes; this one will never be well.
    drop_in = machine.path("/etc/systemd/system/gymbox-boot-ok.service.d/soon.conf")
    drop_in.parent.mkdir(parents=True)
    drop_in.write_text("[Service]\nExecStart=\nExecStart=/usr/lib/gymbox/bin/gymbox update commit --within 20\n")
    machine.run("systemctl", "daemon-reload")
    said = machine.run("gymbox", "update", "install", f"/srv/{packages.broken.name}", check=False, limit_s=3 * LIMIT_S)
    assert f"{BROKEN} did not work: fell back {FIRST}" in said
    assert installed(machine) == FIRST
    assert happened(machine)[0] == ("fell back", FIRST)
    assert "hub" in state(machine)["happened"][0]["why"]
    wait_until(machine, "/healthz", lambda: answers(machine))


def test_removed_it_leaves_settings_and_data_and_purged_nothing(machine: Machine) -> None:
    before = password(machine)
    machine.run("apt-get", "remove", "--yes", "gymbox")
    assert not answers(machine)
    assert not machine.path("/usr/lib/gymbox").exists()
    assert machine.run("systemctl", "list-units", "--no-legend", "--state=active", "gymbox*") == ""
    assert password(machine) == before
    assert machine.path("/etc/gymbox/gymbox.toml").exists()
    machine.run("dpkg", "--purge", "gymbox")
    places = ("/etc/gymbox", "/var/lib/gymbox", "/var/lib/gymbox-update")
    left = [place for place in places if machine.path(place).exists()]
    assert left == []
    assert machine.run("find", "/usr", "/etc/systemd", "-name", "*gymbox*", "-not", "-path", "*soon*") in {
        "",
        "/etc/systemd/system/gymbox-boot-ok.service.d\n",
    }
