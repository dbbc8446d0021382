from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from gymbox.errors import ConfigError
from gymbox.hub.keys import Keys, certificate_fingerprint
from gymbox.hub.problem import Refusal
from gymbox.hub.tokens import Tokens

if TYPE_CHECKING:
    from pathlib import Path

OURS = Keys("a" * 12, b"k" * 32)


def claims(**changed: object) -> dict[str, object]:
    now = int(time.time())
    good = {"iss": OURS.box_id, "aud": "phone", "sub": "phone-1", "jti": "1", "iat": now, "exp": now + 60}
    return {name: value for name, value in (good | changed).items() if value is not None}


def signed(key: bytes | str = OURS.of("tokens"), algorithm: str = "HS256", **changed: object) -> str:
    return jwt.encode(claims(**changed), key, algorithm=algorithm)


def test_a_token_says_who_it_was_made_for() -> None:
    tokens = Tokens(OURS)
    read = tokens.read(tokens.issue("kiosk", "kiosk-1", "id", lasts_s=60))
    assert (read.role, read.subject, read.token_id) == ("kiosk", "kiosk-1", "id")
    assert 58 <= read.expires - time.time() <= 60


@pytest.mark.parametrize(
    "forged",
    [
        signed(key=Keys("a" * 12, b"x" * 32).of("tokens")),
        signed(key=OURS.of("links")),
        signed(key="", algorithm="none"),
        signed(key=OURS.of("tokens") * 2, algorithm="HS512"),
        signed(iss="b" * 12),
        signed(aud="admin"),
        signed(sub=None),
        signed(jti=None),
        signed(exp=None),
        signed(iss=None),
        signed(aud=None),
        signed()[:-2],
        "",
        "x.y.z",
    ],
)
def test_what_this_box_did_not_sign_lets_nobody_in(forged: str) -> None:
    with pytest.raises(Refusal, match="401"):
        Tokens(OURS).read(forged)


def test_an_old_token_is_void() -> None:
    with pytest.raises(Refusal, match=r"401.*expired"):
        Tokens(OURS).read(signed(exp=int(time.time()) - 1))


def test_a_box_whose_clock_woke_in_the_past_knows_its_phones() -> None:
    assert Tokens(OURS).read(signed(iat=int(time.time()) + 86_400)).subject == "phone-1"


def link(path: str = "/clips/c.mp4", subject: str = "phone-1", lasts_s: float = 60) -> dict[str, Any]:
    address, expires = Tokens(OURS).sign_link(path, subject, lasts_s=lasts_s)
    return {"path": path, "subject": subject, "expires": expires, "seal": address.rpartition("=")[2]}


def test_a_clip_s_address_is_good_until_it_expires() -> None:
    Tokens(OURS).check_link(**link())
    with pytest.raises(Refusal, match=r"403.*expired"):
        Tokens(OURS).check_link(**link(lasts_s=-1))


@pytest.mark.parametrize(
    "changed",
    [{"path": "/clips/d.mp4"}, {"subject": "operator"}, {"expires": 2**40}, {"seal": "0" * 32}, {"seal": "ä"}],
)
def test_a_changed_address_is_none(changed: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="403"):
        Tokens(OURS).check_link(**link() | changed)


def test_the_box_keeps_its_secret_to_itself_and_for_ever(tmp_path: Path) -> None:
    made = Keys.open(tmp_path)
    file = tmp_path / "hub" / "key.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert Keys.open(tmp_path) == made
    assert made.fingerprint not in file.read_text()
    assert replace(made, box_id="x") != made
    assert repr(made).count(file.read_text()[-20:-3]) == 0


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    Keys.open(tmp_path)
    (tmp_path / "hub" / "key.json").chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        Keys.open(tmp_path)


def test_a_damaged_secret_is_named(tmp_path: Path) -> None:
    Keys.open(tmp_path)
    (tmp_path / "hub" / "key.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"key\.json: is damaged"):
        Keys.open(tmp_path)


def test_what_is_no_certificate_has_no_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "box.pem").write_text("nothing")
    with pytest.raises(ConfigError, match="expected a PEM certificate"):
        certificate_fingerprint(tmp_path / "box.pem")
