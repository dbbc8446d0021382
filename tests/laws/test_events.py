from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymbox.errors import EventError
from gymbox.events import EVENT_TYPES, Event, decode, encode
from gymbox.identity import TrackName
from tests import strategies


@given(strategies.any_event())
def test_what_is_encoded_decodes_to_itself(event: Event) -> None:
    assert decode(encode(event)) == event


@given(strategies.any_event())
def test_the_wall_time_survives_to_the_microsecond_and_is_utc(event: Event) -> None:
    again = decode(encode(event))
    assert again.at == event.at
    assert again.at.utcoffset() == event.at.utcoffset()


@given(strategies.any_event(), st.integers().filter(lambda version: version != 1))
def test_another_version_is_refused(event: Event, version: int) -> None:
    body = json.loads(encode(event)) | {"v": version}
    with pytest.raises(EventError, match=r"\.v: "):
        decode(json.dumps(body).encode())


@given(strategies.any_event(), st.data())
def test_an_event_with_a_field_too_many_or_one_too_few_is_refused(event: Event, data: st.DataObject) -> None:
    body = json.loads(encode(event))
    with pytest.raises(EventError, match="extra"):
        decode(json.dumps(body | {"extra": 1}).encode())
    required = [name for name, field in type(event).model_fields.items() if field.is_required()]
    del body[data.draw(st.sampled_from(required))]
    with pytest.raises(EventError, match="required"):
        decode(json.dumps(body).encode())


@given(st.binary())
def test_noise_is_refused_in_words(noise: bytes) -> None:
    with pytest.raises(EventError, match=r"^event: "):
        decode(noise)


@given(strategies.track_names)
def test_a_track_id_parses_to_its_parts(name: TrackName) -> None:
    assert TrackName.parse(str(name)) == name


def test_the_strategies_make_every_event() -> None:
    assert set(strategies._FIELDS) == set(EVENT_TYPES)
