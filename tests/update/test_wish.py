"""The way from the operator's page to root: one word in a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gymbox.errors import UpdateError
from gymbox.update.wish import Wish, take, wish

if TYPE_CHECKING:
    from pathlib import Path


def test_a_wish_is_taken_once(tmp_path: Path) -> None:
    wish(tmp_path, Wish(do="install"))
    assert take(tmp_path) == Wish(do="install")
    assert take(tmp_path) is None


@pytest.mark.parametrize("text", ['{"do": "reboot"}', '{"do": "install", "url": "http://a"}', "", "x" * 5000])
def test_what_is_no_wish_is_gone_too(tmp_path: Path, text: str) -> None:
    (tmp_path / "update.json").write_text(text)
    with pytest.raises(UpdateError, match="expected a wish"):
        take(tmp_path)
    assert take(tmp_path) is None


def test_a_link_leads_root_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text('{"do": "install"}')
    (tmp_path / "update.json").symlink_to(tmp_path / "secret")
    with pytest.raises(UpdateError, match="expected a file"):
        take(tmp_path)
    assert take(tmp_path) is None


def test_nor_is_root_kept_waiting_by_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "update.json")
    with pytest.raises(UpdateError, match="expected a wish"):
        take(tmp_path)
