from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from gymbox.events import FrameMessage, TrackEvent
from gymbox.storage.cursors import cursor
from gymbox.storage.models import TABLES
from gymbox.storage.poses import PoseBuffer
from gymbox.storage.record import keep_poses, record
from tests import floor, kept, strategies

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gymbox.bus.subscribe import Heard
    from gymbox.events import Event

VISITS = ("s-aaaaaaaaaaaa", "s-bbbbbbbbbbbb")
ALERTS = ("a-aaaaaaaaaaaa", "a-bbbbbbbbbbbb")


@st.composite
def on_a_small_floor(draw: st.DrawFn) -> Event:
    """Anything that may happen, in any order, to the same few people, so that the events have to do with each other."""
    event = draw(strategies.any_event().filter(lambda event: not isinstance(event, FrameMessage)))
    name = floor.track(draw(st.sampled_from(["rack-1", "rack-2"])))
    known: dict[str, Any] = {"camera_id": name.camera_id, "session_id": draw(st.sampled_from(VISITS))}
    if isinstance(event, TrackEvent):
        known |= {"track_id": str(name), "set_id": name.set_id(draw(st.integers(1, 2)))}
    if getattr(event, "alert_id", None):
        known["alert_id"] = draw(st.sampled_from(ALERTS))
    fields = type(event).model_fields
    return event.model_copy(update={field: value for field, value in known.items() if field in fields})


def rows(batches: Iterable[list[Heard]]) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is in the database after these batches."""
    engine = create_engine("sqlite://")
    TABLES.create_all(engine)
    buffer = PoseBuffer()
    with Session(engine) as session:
        for batch in batches:
            record(session, "vision", batch, buffer=buffer, lived_s=1, now=floor.AT)
            session.commit()
        keep_poses(session, buffer.due(everything=True), lived_s=1)
        session.commit()
        found = {table.name: [tuple(row) for row in session.execute(select(table))] for table in TABLES.sorted_tables}
        assert cursor(session, "vision") == batch[-1].cursor
    engine.dispose()
    return {name: [tuple(map(_plain, row)) for row in table] for name, table in found.items()}


def _plain(value: object) -> object:
    return value.tobytes() if hasattr(value, "tobytes") else value


@settings(max_examples=30)
@given(st.lists(on_a_small_floor(), min_size=1, max_size=12), st.data())
def test_any_events_are_stored_and_how_they_are_batched_or_repeated_changes_nothing(
    events: list[Event], data: st.DataObject
) -> None:
    heard = kept.heard(*events)
    once = rows([heard])
    cut = data.draw(st.integers(0, len(heard)))
    again = data.draw(st.integers(0, cut))
    assert rows([batch for batch in (heard[:cut], heard[again:], heard) if batch]) == once
