"""What the hub may ask of the recorder, done in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gymbox.requests import BackUp, Claim, DeleteSet, Done, EditSet, Forget, Pair, Revoke, SeeIncident, UndoSet, Wish

if TYPE_CHECKING:
    from gymbox.bus.request import Server
    from gymbox.config import RetentionSettings
    from gymbox.storage import Store


def open_desk(desk: Server, store: Store, retention: RetentionSettings) -> None:  # noqa: C901 -- a function a request
    """Answer each request with `Done` once it is on disk; what the store refuses, the asker hears."""

    async def edit(asked: EditSet) -> Done:
        await store.edit_set(asked.set_id, key=asked.key, exercise=asked.exercise, reps=asked.reps)
        return Done()

    async def delete(asked: DeleteSet) -> Done:
        await store.delete_set(asked.set_id, key=asked.key)
        return Done()

    async def undo(asked: UndoSet) -> Done:
        await store.undo(asked.set_id, key=asked.key)
        return Done()

    async def pair(asked: Pair) -> Done:
        await store.pair(asked.device_id, token_id=asked.token_id, name=asked.name, session_id=asked.session_id)
        return Done()

    async def claim(asked: Claim) -> Done:
        await store.claim(asked.device_id, session_id=asked.session_id)
        return Done()

    async def wish(asked: Wish) -> Done:
        await store.wish(asked.device_id, asked.wishes)
        return Done()

    async def revoke(asked: Revoke) -> Done:
        await store.revoke(asked.device_id)
        return Done()

    async def forget(asked: Forget) -> Done:
        await store.forget_person(asked.person)
        return Done()

    async def see(asked: SeeIncident) -> Done:
        await store.see_incident(asked.incident_id)
        return Done()

    async def back_up(_asked: BackUp) -> Done:
        await store.back_up(keep=retention.backups)
        return Done()

    desk.on(EditSet, edit)
    desk.on(DeleteSet, delete)
    desk.on(UndoSet, undo)
    desk.on(Pair, pair)
    desk.on(Claim, claim)
    desk.on(Wish, wish)
    desk.on(Revoke, revoke)
    desk.on(Forget, forget)
    desk.on(SeeIncident, see)
    desk.on(BackUp, back_up)
