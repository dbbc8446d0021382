"""The hub's process, asked by HTTP: by members, by strangers, by the operator, and by somebody who tries everything."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

import pytest

from gymbox.bus.endpoints import CAMERA, VISION_REQUESTS
from gymbox.bus.publish import Speaker
from gymbox.bus.request import Server
from gymbox.errors import BusError
from gymbox.hub import app
from gymbox.hub.audience import RELEASED
from gymbox.hub.keys import Keys
from gymbox.hub.password import Password
from gymbox.hub.route import OPEN
from gymbox.hub.tokens import Tokens
from gymbox.requests import Done, NameExercise
from gymbox.storage import Store
from tests import floor, kept
from tests.gym import PASSWORD, Gym, Lifter, heard, until

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from tests.gym import JSON, Day

CLIP: Final = bytes(range(256)) * 400
VISITS: Final = {"revoked": "s-bbbbbbbbbbbb", "mistaken": "s-cccccccccccc"}
CLIPS: Final = {"revoked": "c-bbbbbbbbbbbb", "mistaken": "c-cccccccccccc"}
OLD: Final = Lifter("rack-1", kept.VISIT)
"""Somebody whose set with a clip was there before the box was started."""


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gym]:
    folder = tmp_path_factory.mktemp("gym")
    asyncio.run(remember(folder))
    with ExitStack() as processes:
        yield Gym.open(folder, processes, hub='metrics = "loopback"')


async def remember(folder: Path) -> None:
    """A set of five with an alert and its clip, of a phone that is paired."""
    async with await Store.open(folder) as store:
        await store.record("seed", kept.heard(*kept.a_set(5)))
        (folder / "clips" / f"{kept.CLIP}.mp4").write_bytes(CLIP)
        await store.add_clip(kept.clip(), f"{kept.CLIP}.mp4")
        await store.pair(kept.PHONE, token_id=kept.PHONE, name="old phone", session_id=kept.VISIT)
        for who in ("revoked", "mistaken"):
            await remember_a_clip(store, who)
        await store.note("disk-full", "for the operator to see")


async def remember_a_clip(store: Store, who: str) -> None:
    """Of a visit that goes on, of the phone `who`."""
    visit, clip = VISITS[who], CLIPS[who]
    of_who = {"camera_id": who, "alert_id": clip.replace("c-", "a-")}
    await store.record(who, kept.heard(kept.linked(visit, who), floor.set_started(who), kept.alert(**of_who)))
    (store.place.clips / f"{clip}.mp4").write_bytes(CLIP)
    await store.add_clip(kept.clip(**of_who, clip_id=clip), f"{clip}.mp4")
    await store.pair(who, token_id=who, name=who, session_id=visit)


def owner(gym: Gym, phone: str = kept.PHONE) -> str:
    """The token of the phone that the old set is of, or of another."""
    return Tokens(Keys.open(gym.folder)).issue("phone", phone, phone, lasts_s=60)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 60))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_nobody_gets_anything_without_a_good_token_but_what_is_open(gym: Gym, tmp_path: Path) -> None:
    async def test() -> None:
        async with gym.day() as day:
            closed = [route for route in app.ROUTES if route.who != OPEN and not route.local]
            assert {route.name for route in app.ROUTES if route.who == OPEN} == {
                *("health", "pair", "login", "clip", "part", "setupState", "setUp"),
            }
            good = owner(gym)
            await day.ask("GET", "/me", token=good, status=200)
            head, body, seal = good.split(".")
            bad = [
                Tokens(Keys.open(gym.folder)).issue("phone", kept.PHONE, kept.PHONE, lasts_s=-1),
                Tokens(Keys.open(tmp_path)).issue("phone", kept.PHONE, kept.PHONE, lasts_s=60),  # another box's
                f"{head}.{body}.{seal[::-1]}",
                f"{head}.{owner(gym, 'revoked').split('.')[1]}.{seal}",
            ]
            for route in closed:
                path = re.sub(r"{(\w+)}", lambda key: EXAMPLES[key[1]], route.path)
                for headers in ({}, {"Authorization": "Bearer x.y.z"}, {"Cookie": "gymbox=x.y.z"}, *map(bearer, bad)):
                    async with day.web.request(route.method, path, headers=headers) as answer:
                        assert answer.status == 401, f"{route.method} {path}"
                        assert answer.headers["WWW-Authenticate"] == "Bearer"

    run(test())


EXAMPLES: Final = {
    "session_id": kept.VISIT,
    "track_id": kept.TRACK,
    "set_id": kept.SET,
    "clip_id": kept.CLIP,
    "device_id": kept.PHONE,
    "incident_id": "1",
    "camera_id": "rack-1",
}


def test_another_member_s_things_are_forbidden_and_what_is_not_there_is_not_found(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            stranger = day.enter()
            tokens = [await day.phone(stranger), owner(gym)]
            paths = [f"/sessions/{kept.VISIT}", *(f"/tracks/{kept.TRACK}/{what}" for what in ("history", "replay"))]
            for path in [*paths, f"/sets/{kept.SET}/reps"]:
                assert [(await day.ask("GET", path, token=token))["status"] for token in tokens] == [403, 200]
            for path in ("/sessions/s-zzzzzzzzzzzz", "/tracks/rack-1.zzzzzzzzzzzz.1/history", "/sessions/nonsense"):
                await day.ask("GET", path, token=tokens[1], status=404)
            free = await day.phone()
            await day.ask("PUT", f"/sessions/{kept.VISIT}/claim", token=free, status=409)
            await day.ask("PUT", "/sessions/s-zzzzzzzzzzzz/claim", token=free, status=404)
            await day.ask("GET", "/cameras", token=tokens[0], status=403)
            await day.ask("GET", "/storage", token=tokens[0], status=403)

    run(test())


def test_a_phone_says_how_its_owner_wants_to_be_coached(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            token = await day.phone(day.enter())
            before = await day.ask("GET", "/me", token=token, status=200)
            assert before["wishes"] == {"language": "en", "level": "normal", "counts": False}
            wanted = {"language": "de", "level": "quiet", "counts": True}
            await day.ask("PUT", "/me/wishes", token=token, json=wanted, status=204)
            assert (await day.ask("GET", "/me", token=token, status=200))["wishes"] == wanted
            export = await day.ask("GET", "/me/export", token=token, status=200)
            assert export["device"]["wishes"] == wanted
            for wrong in ({**wanted, "level": "loud"}, {**wanted, "counts": 1}, {"language": "de"}):
                await day.ask("PUT", "/me/wishes", token=token, json=wrong, status=422)
            await day.ask("PUT", "/me/wishes", token=await day.operator(), json=wanted, status=403)

    run(test())


def test_a_visit_and_its_history_are_as_they_were_counted(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            visit = await day.ask("GET", f"/sessions/{kept.VISIT}", token=owner(gym), status=200)
            (found,) = visit["sets"]
            assert (visit["track_ids"], found["exercise"], found["counted_reps"]) == ([kept.TRACK], "squat", 5)
            history = await day.ask("GET", f"/tracks/{kept.TRACK}/history", token=owner(gym), status=200)
            assert history["sets"] == visit["sets"]
            reps = await day.ask("GET", f"/sets/{kept.SET}/reps", token=owner(gym), status=200)
            assert [rep["number"] for rep in reps["reps"]] == [1, 2, 3, 4, 5]
            me = await day.ask("GET", "/me", token=owner(gym), status=200)
            assert (me["device_id"], [one["id"] for one in me["sessions"]]) == (kept.PHONE, [kept.VISIT])
            export = await day.ask("GET", "/me/export", token=owner(gym), status=200)
            assert len(export["reps"][kept.SET]) == 5

    run(test())


def test_a_set_is_corrected_deleted_and_both_undone_and_twice_is_once(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            path, token = f"/sets/{kept.SET}", owner(gym)
            for _ in range(2):
                body = {"key": "a", "exercise": "push_up", "reps": 7}
                changed = await day.ask("PATCH", path, token=token, json=body, status=200)
                assert (changed["exercise"], changed["reps"], changed["counted_reps"]) == ("push_up", 7, 5)
                await day.ask("DELETE", f"{path}?key=b", token=token, status=204)
            assert (await day.ask("GET", f"/sessions/{kept.VISIT}", token=token))["sets"] == []
            await day.ask("PATCH", path, token=token, json={"key": "c", "reps": 1}, status=404)
            for key in ("d", "d"):
                await day.ask("POST", f"{path}/undo", token=token, json={"key": key}, status=200)
            undone = await day.ask("POST", f"{path}/undo", token=token, json={"key": "e"}, status=200)
            assert (undone["exercise"], undone["reps"], undone["deleted"]) == ("squat", 5, False)
            await day.ask("POST", f"{path}/undo", token=token, json={"key": "f"}, status=409)
            for wrong in (
                {"reps": 1},
                {"key": "g", "reps": -1},
                {"key": "g", "exercise": "nap"},
                {"key": "g", "x": 1},
            ):
                await day.ask("PATCH", path, token=token, json=wrong, status=422)
            assert (await day.ask("PATCH", path, token=token, json={"key": "h", "reps": 5.0}, status=200))["reps"] == 5

    run(test())


def test_who_is_followed_may_say_what_they_do(gym: Gym) -> None:
    async def test() -> None:
        asked = []

        async def name(request: NameExercise) -> Done:
            asked.append((request.track_id, request.exercise))
            if len(asked) > 2:
                raise BusError("nobody is there under that name")
            return Done()

        async with gym.day() as day, Server(VISION_REQUESTS, run_dir=gym.folder) as desk:
            desk.on(NameExercise, name)
            stranger = await day.phone(day.enter())
            for token, exercise, status in (
                (stranger, "squat", 403),
                (owner(gym), "nap", 422),
                (owner(gym), "squat", 204),
                (owner(gym), None, 204),
                (owner(gym), "squat", 409),
            ):
                body = {"exercise": exercise}
                await day.ask("PUT", f"/tracks/{kept.TRACK}/exercise", token=token, json=body, status=status)
            assert asked == [(kept.TRACK, "squat"), (kept.TRACK, None), (kept.TRACK, "squat")]

    run(test())


def test_a_clip_is_fetched_whole_and_by_range_by_its_address_alone(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            answer = await day.ask("GET", f"/tracks/{kept.TRACK}/replay", token=owner(gym), status=200)
            (replay,) = answer["replays"]
            lasts = datetime.fromisoformat(replay["expires_at"]) - datetime.now(UTC)
            assert timedelta(minutes=9) < lasts <= timedelta(minutes=10)
            for asked, status, expected in (
                (None, 200, CLIP),
                ("bytes=1000-1999", 206, CLIP[1_000:2_000]),
                ("bytes=-100", 206, CLIP[-100:]),
                ("bytes=102000-", 206, CLIP[102_000:]),
                ("bytes=999999-", 416, None),
            ):
                async with day.web.get(replay["url"], headers={"Range": asked} if asked else {}) as file:
                    assert file.status == status
                    assert file.headers.get("Content-Type") == "video/mp4" or status == 416
                    assert await file.read() == expected or status == 416
            address, _, seal = replay["url"].partition("?")
            for url in (
                address,
                f"{address}?{seal[:-1]}0",
                f"{address}?{seal.replace(kept.PHONE, 'operator')}",
                f"{address}?{re.sub('until=[0-9]+', 'until=9999999999', seal)}",
                f"{address.replace(kept.CLIP, 'c-zzzzzzzzzzzz')}?{seal}",
            ):
                assert (await day.ask("GET", url))["status"] in {403, 422}

    run(test())


@pytest.mark.parametrize(
    "path",
    [
        "/clips/../gymbox.db",
        "/clips/..%2fgymbox.db",
        "/clips/%2e%2e/hub/key.json",
        "/clips/....//hub/key.json.mp4",
        "/clips/c-aaaaaaaaaaaa%00.mp4",
        "/pages/../process.py",
        "/pages/..%2f..%2fprocess.py",
        "/pages/%2e%2e%2fprocess.py",
        "/pages//etc/passwd",
        "//etc/passwd",
    ],
)
def test_no_path_leads_out_of_its_folder(path: str, gym: Gym) -> None:
    async def test() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", gym.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: box\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        assert int(answer.split()[1]) in {400, 404, 422}, answer

    run(test())


def test_a_pairing_code_is_good_once_and_a_new_phone_sees_the_floor_until_it_has_claimed_a_visit(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            operator = await day.operator()
            code = await day.ask("POST", "/pairing", token=operator, json={}, status=201)
            assert re.fullmatch(rf"http://127\.0\.0\.1:{gym.port}/join#t={code['token']}&k=[0-9a-f]{{16}}", code["url"])
            answers = await asyncio.gather(*(day.ask("POST", "/pair", json={"token": code["token"]}) for _ in range(5)))
            assert sorted(answer["status"] for answer in answers) == [201, 401, 401, 401, 401]
            phone = next(answer["token"] for answer in answers if answer["status"] == 201)
            lifter = day.enter()
            seen = await someone(day, lifter, phone, holds=lambda one: one["session_id"] == lifter.session_id)
            assert (seen["claimed"], len(seen["figure"]["keypoints"])) == (False, 17)
            claim = partial(day.ask, "PUT", f"/sessions/{lifter.session_id}/claim", token=phone)
            assert (await until(claim, lambda answer: answer["status"] != 404))["status"] == 204
            await day.ask("GET", "/floor", token=phone, status=403)
            await day.ask("PUT", f"/sessions/{day.enter().session_id}/claim", token=phone, status=409)
            await someone(day, lifter, operator, holds=lambda one: one["claimed"])
            await day.ask("GET", f"/tracks/{lifter.track_id}/history", token=phone, status=200)

    run(test())


def test_the_code_of_the_terminal_lets_a_phone_in(gym: Gym) -> None:
    def printed(*options: str) -> str:
        gymbox, config = str(Path(sys.executable).with_name("gymbox")), str(gym.folder / "gymbox.toml")
        command = [gymbox, "qr", "--config", config, *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout

    async def test() -> None:
        async with gym.day() as day:
            *picture, hint, url = (await asyncio.to_thread(printed)).splitlines()
            assert len(picture) > 15
            assert {*"".join(picture)} <= {*" █▀▄"}
            assert "within 5 minutes" in hint
            lifter = day.enter()
            bound = (await asyncio.to_thread(printed, "--url", "--session", lifter.session_id)).strip()
            for address, visit in ((url, None), (bound, lifter.session_id)):
                told = dict(parse_qsl(urlsplit(address).fragment))
                answer = await day.pair(told["t"], status=201)
                assert (answer["fingerprint"], answer["session_id"]) == (told["k"], visit)

    run(test())


async def someone(
    day: Day, lifter: Lifter, token: str, path: str = "/floor", *, holds: Callable[[JSON], object]
) -> JSON:
    """A lifter as the hub shows them, once it holds of them."""

    async def look() -> JSON:
        day.vision.say(floor.perception(lifter.camera_id))
        answer = await day.ask("GET", path, token=token, status=200)
        return next((one for one in answer["people"] if one["figure"]["track_id"] == lifter.track_id), {})

    return await until(look, lambda one: one and holds(one))


def test_a_kiosk_sees_skeletons_and_counts_and_nothing_else(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            operator = await day.operator()
            kiosk = (await day.ask("POST", "/kiosks", token=operator, json={"name": "door"}, status=201))["token"]
            lifter = day.enter()
            day.lift(lifter, 1, 2, 3)
            shown = await someone(day, lifter, kiosk, "/floor", holds=lambda one: one["set"])
            assert (shown["set"]["reps"], shown["session_id"], shown["claimed"]) == (3, lifter.session_id, False)
            code = await day.ask("POST", "/pairing", token=kiosk, json={"session_id": lifter.session_id}, status=201)
            rows = code["matrix"]
            assert {len(row) for row in rows} == {len(rows)}
            assert rows[0].startswith("1111111")
            assert set("".join(rows)) == {"0", "1"}
            for path in ("/cameras", "/me", "/devices", f"/sessions/{kept.VISIT}", f"/ws/live/{lifter.track_id}"):
                await day.ask("GET", path, token=kiosk, status=403)

    run(test())


def test_cameras_are_shown_without_their_credentials(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day, Speaker(CAMERA.of("rack-1"), run_dir=gym.folder) as camera:
            told = floor.status(7).model_copy(update={"detail": "no answer of rtsp://user:secret@10.0.0.9/stream"})
            camera.say(told)
            look = partial(day.ask, "GET", "/cameras", token=await day.operator(), status=200)
            answer = await until(look, lambda answer: answer["cameras"][0]["status"])
            assert "secret" not in str(answer)
            (shown,) = answer["cameras"]
            assert (shown["source"], shown["zone"]) == ("rtsp://***@10.0.0.9/stream", "weights")
            assert (shown["status"]["state"], shown["status"]["frames"]) == ("online", 7)
            async with day.web.get("/metrics") as metrics:  # the settings let programs on the box read them
                assert 'gymbox_camera_online{camera="rack-1"} 1.0' in await metrics.text()

    run(test())


def test_a_revoked_phone_is_out_at_once_its_clip_addresses_too(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            token = owner(gym, "revoked")
            await day.ask("GET", "/me", token=token, status=200)
            url = await replay(day, "revoked", token)
            await day.ask("DELETE", "/devices/revoked", token=await day.operator(), status=204)
            await day.ask("GET", "/me", token=token, status=401)
            await day.ask("GET", url, status=403)
            shown = (await day.ask("GET", "/devices", token=await day.operator(), status=200))["devices"]
            assert next(one["revoked_at"] for one in shown if one["id"] == "revoked") is not None
            await day.ask("DELETE", "/devices/phone-none", token=await day.operator(), status=404)

    run(test())


async def replay(day: Day, who: str, token: str) -> str:
    """The address of somebody's replay, which can be fetched."""
    (found,) = (await day.ask("GET", f"/tracks/{floor.track(who)}/replay", token=token, status=200))["replays"]
    async with day.web.get(found["url"]) as clip:
        assert (clip.status, await clip.read()) == (200, CLIP)
    return str(found["url"])


def test_a_visit_that_was_claimed_by_mistake_is_given_up_with_all_that_hangs_on_it(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            mistaken, visit = Lifter("mistaken", VISITS["mistaken"]), f"/sessions/{VISITS['mistaken']}"
            token, other = owner(gym, "mistaken"), await day.phone()
            url = await replay(day, "mistaken", token)
            async with day.follow(mistaken, token) as socket:
                await heard(socket, "state")
                await day.ask("PUT", f"{visit}/claim", token=other, status=409)
                await day.ask("DELETE", f"{visit}/claim", token=other, status=403)
                await day.ask("DELETE", f"{visit}/claim", token=token, status=204)
                assert (await socket.receive(timeout=20)).data == RELEASED
            for path in (visit, f"/tracks/{mistaken.track_id}/history", f"/ws/live/{mistaken.track_id}", url):
                await day.ask("GET", path, token=token, status=403)
            await day.ask("GET", "/floor", token=token, status=200)  # it has none again, and may look for its own
            await day.ask("DELETE", f"{visit}/claim", token=token, status=204)  # sent again after a lost answer
            await day.ask("PUT", f"{visit}/claim", token=other, status=204)
            await day.ask("GET", visit, token=other, status=200)
            await day.ask("DELETE", f"{visit}/claim", token=token, status=403)
            await day.ask("DELETE", f"{visit}/claim", token=await day.operator(), status=204)
            await day.ask("GET", visit, token=other, status=403)
            await day.ask("DELETE", "/sessions/s-zzzzzzzzzzzz/claim", token=token, status=404)

    run(test())


def test_who_asks_to_be_forgotten_is(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            lifter = day.enter()
            token = await day.phone(lifter)
            await day.ask("DELETE", "/me", token=token, status=204)
            await day.ask("GET", "/me", token=token, status=401)
            await day.ask("GET", f"/sessions/{lifter.session_id}", token=await day.operator(), status=404)

    run(test())


def test_incidents_are_shown_until_they_were_seen(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            operator = await day.operator()
            found = (await day.ask("GET", "/incidents", token=operator, status=200))["incidents"]
            number = next(one["id"] for one in found if one["kind"] == "disk-full")
            await day.ask("POST", f"/incidents/{number}/seen", token=operator, status=204)
            left = (await day.ask("GET", "/incidents", token=operator, status=200))["incidents"]
            assert number not in [one["id"] for one in left]

    run(test())


def test_the_pages_need_the_operator_and_nothing_from_elsewhere(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            async with day.web.get("/docs", headers={"Accept": "text/html,*/*"}) as page:
                assert (page.status, "Operator's password" in await page.text()) == (401, True)
            async with day.web.post("/login", json={"password": PASSWORD}) as answer:
                cookie = answer.cookies["gymbox"]
                assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
            shown = {"Cookie": f"gymbox={cookie.value}"}
            async with day.web.get("/docs", headers=shown) as page:
                text = await page.text()
                assert page.status == 200
                assert "script-src 'self';" in page.headers["Content-Security-Policy"]
            wanted = re.findall(r'(?:src|href)="([^"]+)"', text)
            assert wanted
            for part in wanted:
                async with day.web.get(part) as file:
                    assert (file.status, len(await file.read()) > 50) == (200, True), part
            for method, path, status in (("GET", "/openapi.json", 200), ("POST", "/kiosks", 401)):
                async with day.web.request(method, path, json={}, headers=shown) as answer:
                    assert answer.status == status  # a cookie shows, and changes nothing

    run(test())


def test_answers_are_of_one_shape_and_say_how_to_treat_them(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            big, text = {"data": b'{"password":"' + b"x" * 20_000}, {"data": "password"}
            for method, path, more, status in (
                ("GET", "/nothing", {}, 404),
                ("DELETE", "/healthz", {}, 405),
                ("POST", "/login", text, 415),
                ("POST", "/login", {**text, "headers": {"Content-Type": "application/json"}}, 400),
                ("POST", "/login", {**big, "headers": {"Content-Type": "application/json"}}, 413),
            ):
                async with day.web.request(method, path, **more) as answer:
                    assert (answer.status, answer.content_type) == (status, "application/problem+json")
                    assert (await answer.json(content_type=None))["status"] == status
                    assert answer.headers["X-Content-Type-Options"] == "nosniff"
                    assert answer.headers["Cache-Control"] == "no-store"
                    assert answer.headers["Server"] == "gymbox"

    run(test())


PHONE_S: Final = ["me", "exportMe", "claim", "release", "floor", "session"]
OTHERS: Final = [
    route.name
    for route in app.ROUTES
    if route.name not in {"live", "watchFloor", "forgetMe", "login", "nameExercise", *PHONE_S}
    and route.name not in {"tryCamera", "retryCamera", "findCameras", "askCamera", "doctor"}
    and route.name not in {"changeMachine", "wifiNetworks", "joinWifi"}
]
"""All but those that need a WebSocket or vision, end the test's own phone, take an age, or ask what is outside."""


def test_a_second_hub_and_a_port_that_is_taken_are_refused(gym: Gym, tmp_path: Path) -> None:
    def refused(folder: Path) -> str:
        command = [sys.executable, "-m", "gymbox.hub.process", "--config", str(folder / "gymbox.toml")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 2, done.stderr
        return done.stderr

    assert "hub-requests: another process" in refused(gym.folder)
    (tmp_path / "gymbox.toml").write_text((gym.folder / "gymbox.toml").read_text())
    first_start = refused(tmp_path)
    assert f"cannot listen at 127.0.0.1:{gym.port}" in first_start
    assert not Password(tmp_path).known, "it is set by whoever sees the box's screen"


@pytest.mark.parametrize(("role", "names"), [("operator", OTHERS), ("phone", PHONE_S)])
def test_whatever_is_asked_the_answer_is_as_the_api_says(role: str, names: list[str], tmp_path: Path, gym: Gym) -> None:
    """Schemathesis makes requests of the API's own description, good ones and bad, and holds the answers against it."""
    tokens = Tokens(Keys.open(gym.folder))
    operator = tokens.issue("operator", "operator", Password(gym.folder).generation, lasts_s=600)
    token = owner(gym) if role == "phone" else operator
    (tmp_path / "openapi.json").write_bytes(app.openapi_json())
    command: list[str | Path] = [
        *(Path(sys.executable).with_name("schemathesis"), "run", tmp_path / "openapi.json", "--url", gym.url("")),
        *("--header", f"Authorization: Bearer {token}", "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", "4", "--seed", "1", "--generation-database", "none", "--no-color"),
        *(part for name in names for part in ("--include-operation-id", name)),
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]


def test_who_guesses_has_to_wait(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            guesses = [day.ask("POST", "/pair", json={"token": str(guess)}) for guess in range(20)]
            statuses = [answer["status"] for answer in await asyncio.gather(*guesses)]
            assert set(statuses) <= {401, 429}
            assert statuses.count(429) >= 9  # ten at once, and another one each six seconds
            await day.ask("POST", "/login", json={"password": PASSWORD}, status=429)
            token = Tokens(Keys.open(gym.folder)).issue(
                "operator", "operator", Password(gym.folder).generation, lasts_s=60
            )
            Password(gym.folder).set("another long password")
            await day.ask("GET", "/devices", token=token, status=401)

    run(test())
