"""What the hub may ask of the recorder, done in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from gymbox.bus.request import Request
from gymbox.requests import (
    BackUp,
    Claim,
    DeleteSet,
    Done,
    EditSet,
    Forget,
    Pair,
    Release,
    Revoke,
    SeeIncident,
    UndoSet,
    Wish,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gymbox.bus.request import Server
    from gymbox.config import RetentionSettings
    from gymbox.storage import Store

RequestT = TypeVar("RequestT", bound=Request)


def open_desk(desk: Server, store: Store, retention: RetentionSettings) -> None:
    """Answer each request with `Done` once it is on disk; what the store refuses, the asker hears."""

    def on(kind: type[RequestT], act: Callable[[RequestT], Awaitable[object]]) -> None:
        async def done(asked: RequestT) -> Done:
            await act(asked)
            return Done()

        desk.on(kind, done)

    on(EditSet, lambda one: store.edit_set(one.set_id, key=one.key, exercise=one.exercise, reps=one.reps))
    on(DeleteSet, lambda one: store.delete_set(one.set_id, key=one.key))
    on(UndoSet, lambda one: store.undo(one.set_id, key=one.key))
    on(Pair, lambda one: store.pair(one.device_id, token_id=one.token_id, name=one.name, session_id=one.session_id))
    on(Claim, lambda one: store.claim(one.device_id, session_id=one.session_id))
    on(Release, lambda one: store.release(one.session_id))
    on(Wish, lambda one: store.wish(one.device_id, one.wishes))
    on(Revoke, lambda one: store.revoke(one.device_id))
    on(Forget, lambda one: store.forget_person(one.person))
    on(SeeIncident, lambda one: store.see_incident(one.incident_id))
    on(BackUp, lambda _: store.back_up(keep=retention.backups))
