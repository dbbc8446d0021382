"""Root acts on a box's data as the data's owner: it leaves nothing behind that the box cannot read or write."""

from __future__ import annotations

import os
import pwd
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def become_owner(folder: Path) -> None:
    """Be whoever owns `folder` from here on, where this is root and the folder is there; else nothing changes."""
    if os.geteuid() != 0 or not folder.exists() or (owner := folder.stat()).st_uid == 0:
        return
    try:
        groups = os.getgrouplist(pwd.getpwuid(owner.st_uid).pw_name, owner.st_gid)
    except KeyError:  # a number that nobody has a name for
        groups = [owner.st_gid]
    os.setgroups(groups)
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)


@contextmanager
def as_owner(folder: Path) -> Iterator[None]:
    """The same for a while."""
    user, group, groups = os.geteuid(), os.getegid(), os.getgroups()
    become_owner(folder)
    try:
        yield
    finally:
        if os.geteuid() != user:
            os.seteuid(user)
            os.setegid(group)
            os.setgroups(groups)
