"""What is kept: visits, sets, repetitions, poses, clips. One process writes (`Store`), all may read (`Reader`)."""

from __future__ import annotations

from gymbox.storage.store import Reader, Store

__all__ = ["Reader", "Store"]
