"""What the operator does with cameras, asked of the hub's and the recorder's real processes."""

from __future__ import annotations

import asyncio
import io
import tomllib
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import av
import numpy as np
import pytest
from PIL import Image

from gymbox import _core
from gymbox.capture.rings import frames_name
from gymbox.clock import now_ns
from gymbox.hub.keys import Keys
from gymbox.hub.tokens import Tokens
from gymbox.storage import Store
from tests import floor, kept
from tests.gym import Gym, until
from tests.onvif_camera import PASSWORD, USER, OnvifCamera
from tests.unit.test_transcode import clip as white_clip

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

    import numpy.typing as npt

    from tests.gym import Day

SAMPLE: Final = Path(__file__).parents[1] / "data/sample.mp4"
LEFT: Final = [[[0.0, 0.0], [0.5, 0.0], [0.5, 1.0], [0.0, 1.0]]]
"""The left half of the picture."""


@pytest.fixture(scope="module")
def gym(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gym]:
    folder = tmp_path_factory.mktemp("gym")
    asyncio.run(remember(folder))
    with ExitStack() as processes:
        yield Gym.open(folder, processes)


async def remember(folder: Path) -> None:
    """A set with a clip, white but for its right half, of a phone that is paired."""
    async with await Store.open(folder) as store:
        await store.record("seed", kept.heard(*kept.a_set(5)))
        (folder / "clips" / f"{kept.CLIP}.mp4").write_bytes(white_clip())
        await store.add_clip(kept.clip(), f"{kept.CLIP}.mp4")
        await store.pair(kept.PHONE, token_id=kept.PHONE, name="phone", session_id=kept.VISIT)


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 240))


async def camera(day: Day, camera_id: str) -> dict[str, Any]:
    found = await day.ask("GET", "/cameras", token=await day.operator(), status=200)
    return next((one for one in found["cameras"] if one["id"] == camera_id), {})


@contextmanager
def showing(folder: Path, pixels: npt.NDArray[np.uint8], *, age_s: float = 0, rotation: int = 0) -> Iterator[None]:
    """The camera's newest picture, as its process leaves it."""
    frame = _core.Frame(pixels, rotation=rotation)
    ring = _core.FrameRing(frames_name(folder, "rack-1"), slots=2, slot_bytes=_core.FrameRing.bytes_of(frame))
    ring.put(frame, now_ns() - int(age_s * 1e9))
    yield
    ring.remove()


async def picture(day: Day, longest: int = 1280) -> npt.NDArray[np.uint8]:
    headers = {"Authorization": f"Bearer {await day.operator()}"}
    async with day.web.get(f"/cameras/rack-1/picture?longest={longest}", headers=headers) as answer:
        assert (answer.status, answer.content_type) == (200, "image/jpeg"), await answer.text()
        return np.asarray(Image.open(io.BytesIO(await answer.read())))


def test_a_camera_is_added_changed_and_removed_in_the_settings_file(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            token, config = await day.operator(), gym.folder / "gymbox.toml"
            new = {"id": "door", "url": "rtsp://user:secret@10.0.0.8/main", "zone": "entrance", "rotate": 90}
            await day.ask("POST", "/cameras", token=token, json=new, status=204)
            assert tomllib.loads(config.read_text())["camera"][1] == new
            shown = await camera(day, "door")
            assert (shown["zone"], shown["rotate"], shown["enabled"], shown["status"]) == ("entrance", 90, True, None)
            assert "secret" not in str(shown)
            again = await day.ask("POST", "/cameras", token=token, json=new, status=409)
            assert "camera 'door' is there already" in again["detail"]
            changes = {"zone": 'the "platform"', "enabled": False}
            await day.ask("PATCH", "/cameras/door", token=token, json=changes, status=204)
            shown = await camera(day, "door")
            assert (shown["zone"], shown["enabled"], shown["rotate"]) == ('the "platform"', False, 90)
            await day.ask("DELETE", "/cameras/door", token=token, status=204)
            assert await camera(day, "door") == {}
            for method, path, body in (
                ("DELETE", "/cameras/door", None),
                ("PATCH", "/cameras/door", {"zone": "x"}),
                ("PUT", "/cameras/door/privacy", {"zones": []}),
                ("GET", "/cameras/door/picture", None),
            ):
                gone = await day.ask(method, path, token=token, json=body, status=404)
                assert "camera door: there is none; there is rack-1" in gone["detail"]
            for wrong in ({"url": "ftp://host/x"}, {"url": "video.mp4"}, {"id": "no spaces"}, {"rotate": 45}):
                refused = await day.ask("POST", "/cameras", token=token, json=new | wrong, status=422)
                assert next(iter(wrong)) in refused["detail"]

    run(test())


def test_a_file_that_may_not_be_changed_is_named(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            config, token = gym.folder / "gymbox.toml", await day.operator()
            text = config.read_text()
            inline = text.replace("[[camera]]", "camera = [{")  # no TOML
            config.write_text(inline)
            try:
                refused = await day.ask("PATCH", "/cameras/rack-1", token=token, json={"zone": "x"}, status=409)
            finally:
                config.write_text(text)
            assert "gymbox.toml" in refused["detail"]

    run(test())


def test_a_preview_shows_what_the_camera_sees_upright_and_nothing_of_a_privacy_zone(gym: Gym) -> None:
    pixels = np.full((240, 320, 3), 255, np.uint8)
    pixels[:120] = (200, 30, 30)

    async def test() -> None:
        async with gym.day() as day:
            token = await day.operator()
            none = await day.ask("GET", "/cameras/rack-1/picture", token=token, status=409)
            assert none["detail"] == "camera rack-1: it has given no picture yet"
            with showing(gym.folder, pixels):
                shown = await picture(day)
                assert shown.shape == (240, 320, 3)
                assert abs(shown[60, 160].astype(int) - (200, 30, 30)).max() < 20
                assert shown[200, 160].min() > 240
                assert (await picture(day, longest=160)).shape == (120, 160, 3)
                await day.ask("PUT", "/cameras/rack-1/privacy", token=token, json={"zones": LEFT}, status=204)
                shown = await picture(day)
                assert shown[:, :152].max() < 30
                assert shown[200, 180:].min() > 230
                assert (await camera(day, "rack-1"))["privacy_zones"] == LEFT
                await day.ask("PUT", "/cameras/rack-1/privacy", token=token, json={"zones": []}, status=204)
            with showing(gym.folder, pixels, rotation=90):
                shown = await picture(day)
                assert shown.shape == (320, 240, 3)
                assert shown[160, 60].min() > 240, "what was below is now on the left"
            with showing(gym.folder, pixels, age_s=60):
                old = await day.ask("GET", "/cameras/rack-1/picture", token=token, status=409)
                assert "its newest picture is 6" in old["detail"]

    run(test())


def test_zones_that_are_none_are_refused(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            for wrong in ([[[0, 0], [1, 1]]], [[[0, 0], [1.1, 0], [0, 1]]], [[[0, 0], [1, 0], [0]]], "all", LEFT * 17):
                body = {"zones": wrong}
                await day.ask("PUT", "/cameras/rack-1/privacy", token=await day.operator(), json=body, status=422)

    run(test())


def test_a_camera_is_tried_before_it_is_added_and_what_is_wrong_is_said(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            token = await day.operator()
            good = {"id": "new", "url": str(SAMPLE)}
            found = await day.ask("POST", "/cameras/trial", token=token, json=good, status=200)
            assert (found["codec"], found["width"], found["height"]) == ("h264", 1280, 720)
            assert found["fps"] == pytest.approx(15, abs=1)
            assert found["snapshot"].startswith("data:image/jpeg;base64,/9j/")
            for url, words in (
                ("rtsp://user:secret@127.0.0.1:1/x", "rtsp://***@127.0.0.1:1/x"),
                ("/no/such/video.mp4", "/no/such/video.mp4"),
            ):
                body = {"id": "new", "url": url}
                refused = await day.ask("POST", "/cameras/trial", token=token, json=body, status=409)
                assert words in refused["detail"]
                assert "secret" not in refused["detail"]

    run(test())


def test_a_camera_on_the_network_is_asked_what_it_sends(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day, OnvifCamera().at_home() as service:
            ask = partial(day.ask, "POST", "/cameras/discovery/streams", token=await day.operator())
            told = await ask(json={"service": service, "user": USER, "password": PASSWORD}, status=200)
            best, main = told["streams"]
            login = "admin:p%40ss%2Fw%3Ard%20%26%20%22more%22"
            assert best["url"] == f"rtsp://{login}@127.0.0.1:554/sub?channel=1"
            assert (best["codec"], best["width"], best["height"], best["fps"]) == ("H264", 1280, 720, 15)
            assert main["width"] == 2560
            wrong = await ask(json={"service": service, "user": USER, "password": "wrong"}, status=409)
            assert (wrong["title"], "wrong" in wrong["detail"]) == ("wrong password", False)
            assert (await ask(json={"service": service}, status=409))["title"] == "wrong password"
            nobody = await ask(json={"service": "http://127.0.0.1:1/"}, status=409)
            assert nobody["title"] == "no streams"
            await ask(json={"service": "file:///etc/passwd"}, status=422)

    run(test())


def test_a_clip_from_before_a_zone_was_drawn_is_not_shown_until_it_is_painted_over(gym: Gym) -> None:
    owner = Tokens(Keys.open(gym.folder)).issue("phone", kept.PHONE, kept.PHONE, lasts_s=600)

    async def fetch(day: Day) -> tuple[int, bytes]:
        (replay,) = (await day.ask("GET", f"/tracks/{kept.TRACK}/replay", token=owner, status=200))["replays"]
        async with day.web.get(replay["url"]) as answer:
            return answer.status, await answer.read()

    def brightest(video: bytes) -> int:
        with av.open(io.BytesIO(video), "r") as container:
            shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert len(shown) == 12
        assert all(int(picture[:, 100:].mean()) > 100 for picture in shown), "the rest is as it was"
        return max(int(picture[:, :76].max()) for picture in shown)

    async def test() -> None:
        async with gym.day() as day:
            status, video = await fetch(day)
            assert (status, brightest(video) > 200) == (200, True)
            token = await day.operator()
            await day.ask("PUT", "/cameras/rack-1/privacy", token=token, json={"zones": LEFT}, status=204)
            status, video = await fetch(day)
            assert status == 409 or brightest(video) < 24
            status, video = await until(lambda: fetch(day), lambda answer: answer[0] == 200)
            assert brightest(video) < 24
            await day.ask("PUT", "/cameras/rack-1/privacy", token=token, json={"zones": []}, status=204)
            assert brightest((await fetch(day))[1]) < 24, "what is painted over is gone"

    run(test())


def test_the_disk_and_the_backups_are_told_and_a_backup_is_made(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            token = await day.operator()
            before = await day.ask("GET", "/storage", token=token, status=200)
            assert (before["clips"], before["clips_days"]) == (1, 30)
            assert before["clips_bytes"] > 0 < before["database_bytes"]
            assert 0 < before["free_bytes"] < before["total_bytes"]
            await day.ask("POST", "/storage/backup", token=token, status=204)
            after = await day.ask("GET", "/storage", token=token, status=200)
            assert len(after["backups"]) == len(before["backups"]) + 1
            assert after["backups"][0]["size_bytes"] > 10_000

    run(test())


def test_the_doctor_is_asked_through_the_hub(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            found = (await day.ask("GET", "/doctor", token=await day.operator(), status=200))["findings"]
            about = {finding["about"]: finding for finding in found}
            assert about["port"]["came"].endswith("the hub answers")
            assert about["camera rack-1"]["verdict"] == "fail"
            assert about["camera rack-1"]["remedy"]
            assert "secret" not in str(found)

    run(test())


def test_the_floor_is_watched_live_by_a_screen_and_by_a_phone_until_it_claims_somebody(gym: Gym) -> None:
    async def test() -> None:
        async with gym.day() as day:
            operator = await day.operator()
            kiosk = (await day.ask("POST", "/kiosks", token=operator, json={}, status=201))["token"]
            lifter = day.enter()
            day.lift(lifter, 1, 2)
            phone = await day.phone()

            async def move() -> None:
                for t_ns in count(1):
                    day.vision.say(floor.perception(lifter.camera_id, t_ns))
                    await asyncio.sleep(0.1)

            async def shown(token: str) -> dict[str, Any]:
                headers = {"Authorization": f"Bearer {token}"}
                async with day.web.ws_connect("/ws/floor", headers=headers, protocols=["gymbox"]) as socket:
                    while True:
                        await socket.send_json({"type": "ping"})
                        told: dict[str, Any] = {}
                        while set(told) != {"floor", "pong"}:
                            message = await socket.receive_json(timeout=60)
                            told[message["type"]] = message
                        message = told["floor"]
                        for one in message["data"]["people"]:
                            if one["session_id"] == lifter.session_id and (token == phone or one["set"]):
                                return dict(one)

            moving = asyncio.create_task(move())
            one = await shown(kiosk)
            assert (one["set"]["reps"], one["claimed"], len(one["figure"]["keypoints"])) == (2, False, 17)
            assert (await shown(phone))["set"] is None, "counts are for screens"
            headers = {"Authorization": f"Bearer {phone}"}
            async with day.web.ws_connect("/ws/floor", headers=headers, protocols=["gymbox"]) as socket:
                path = f"/sessions/{lifter.session_id}/claim"
                await until(lambda: day.ask("PUT", path, token=phone), lambda answer: answer["status"] == 204)
                while (await socket.receive(timeout=20)).type.name == "TEXT":
                    pass
                assert socket.close_code == 4403
            async with day.web.get("/ws/floor", headers=headers) as answer:
                assert answer.status == 403
            moving.cancel()

    run(test())
