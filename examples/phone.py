"""A phone as a program: pair by a QR code's address, claim somebody on the floor, hear each repetition as it happens.

`uv run python examples/phone.py "$(gymbox qr --url)"` while the box runs. The API behind it is described at `/docs`.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any, Self
from urllib.parse import parse_qs, urldefrag, urljoin

import aiohttp


class Phone:
    """A paired phone."""

    def __init__(self, http: aiohttp.ClientSession, box: str, token: str) -> None:
        self.box = box
        self._http, self._headers = http, {"Authorization": f"Bearer {token}"}

    @classmethod
    async def pair(cls, http: aiohttp.ClientSession, join_url: str, name: str = "phone") -> Self:
        """Pair by what the QR code says: the box's address, and behind `#` a code that is good once."""
        address, said = urldefrag(join_url)
        box = urljoin(address, "/")
        answer = await http.post(f"{box}pair", json={"token": parse_qs(said)["t"][0], "name": name})
        answer.raise_for_status()
        return cls(http, box, (await answer.json())["token"])

    async def get(self, path: str) -> Any:  # noqa: ANN401 -- JSON
        """What the box answers."""
        answer = await self._http.get(urljoin(self.box, path), headers=self._headers)
        answer.raise_for_status()
        return await answer.json()

    async def fetch(self, path: str) -> bytes:
        """A file; its address carries its own right to be read."""
        answer = await self._http.get(urljoin(self.box, path))
        answer.raise_for_status()
        return await answer.read()

    async def strangers(self) -> list[dict[str, Any]]:
        """Whom nobody has claimed yet, as skeletons."""
        people = (await self.get("floor"))["people"]
        return [someone for someone in people if someone["session_id"] and not someone["claimed"]]

    async def claim(self, session_id: str) -> None:
        """From now on this visit is the phone's own."""
        answer = await self._http.put(urljoin(self.box, f"sessions/{session_id}/claim"), headers=self._headers)
        answer.raise_for_status()

    async def live(self, track_id: str) -> AsyncIterator[dict[str, Any]]:
        """What happens, as it happens; after a break it goes on right where it was."""
        cursor = ""
        while True:
            try:
                url = urljoin(self.box, f"ws/live/{track_id}")
                async with self._http.ws_connect(url, params={"after": cursor}, headers=self._headers) as socket:
                    async for message in socket:
                        said = message.json()
                        cursor = said.get("cursor") or cursor
                        yield said
            except aiohttp.ClientError:
                await asyncio.sleep(0.5)


async def main(join_url: str) -> None:
    """Claim the first who comes, and say their repetitions."""
    async with aiohttp.ClientSession() as http:
        phone = await Phone.pair(http, join_url)
        while not (there := await phone.strangers()):  # noqa: ASYNC110 -- the floor is asked, it does not call
            await asyncio.sleep(0.5)
        await phone.claim(there[0]["session_id"])
        async for said in phone.live(there[0]["figure"]["track_id"]):
            match said:
                case {"type": "rep_counted", "data": {"state": "confirmed", **rep}}:
                    print(f"{rep['exercise']} {rep['number']} ({rep['kind']})")
                case {"type": "form_alert", "data": {"message": words}}:
                    print(words["en"])


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
