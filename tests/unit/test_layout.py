"""Where cards stand: within the picture, off each other, and still while their people move."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gymbox.layout import Box, Layout, _shared

PICTURE = (1280, 720)
CARD = (180, 66)
SECOND = 1_000_000_000


def standing(middle: float, *, top: float = 0.3, wide: float = 0.05) -> Box:
    return ((middle - wide) * PICTURE[0], top * PICTURE[1], (middle + wide) * PICTURE[0], 0.9 * PICTURE[1])


def box(place: tuple[int, int]) -> Box:
    return (*place, place[0] + CARD[0], place[1] + CARD[1])


def test_a_card_stands_above_its_person() -> None:
    place = Layout(PICTURE, 1).places({1: CARD}, {1: standing(0.5)}, 0)
    assert place == {1: (640 - 90, 216 - 66 - 14)}


def test_a_card_moves_aside_where_there_is_no_room_above() -> None:
    body = standing(0.5, top=0.02)
    place = Layout(PICTURE, 1).places({1: CARD}, {1: body}, 0)
    assert _shared(box(place[1]), body) == 0


def test_cards_of_neighbours_do_not_cover_each_other() -> None:
    bodies = {track: standing(0.3 + 0.04 * track, top=0.02) for track in range(4)}
    places = Layout(PICTURE, 1).places(dict.fromkeys(bodies, CARD), bodies, 0)
    for one in places:
        assert all(_shared(box(places[one]), box(places[other])) == 0 for other in places if other != one)


def test_a_card_keeps_off_another_body() -> None:
    lying = (0.3 * PICTURE[0], 0.7 * PICTURE[1], 0.7 * PICTURE[0], 0.85 * PICTURE[1])
    behind = standing(0.5, top=0.1)
    place = Layout(PICTURE, 1).places({1: CARD}, {1: lying, 2: behind}, 0)
    assert _shared(box(place[1]), behind) < _shared(box((550, 424)), behind), "which above would have covered"


def test_a_card_does_not_bob_with_the_repetitions() -> None:
    layout = Layout(PICTURE, 1)
    tops = []
    for frame in range(120):
        down = frame // 15 % 2  # a second up, a second down
        place = layout.places({1: CARD}, {1: standing(0.5, top=0.3 + 0.2 * down)}, frame * SECOND // 15)
        tops.append(place[1][1])
    body_moves, card_moves = 0.2 * PICTURE[1], max(tops) - min(tops)
    assert card_moves < body_moves / 2


def test_a_card_follows_who_walks() -> None:
    layout = Layout(PICTURE, 1)
    place = {}
    for frame in range(90):
        middle = 0.2 + 0.6 * min(1, frame / 30)
        place = layout.places({1: CARD}, {1: standing(middle)}, frame * SECOND // 15)
    assert abs(place[1][0] + 90 - 0.8 * PICTURE[0]) < 0.1 * PICTURE[0]


@given(
    st.dictionaries(
        st.integers(1, 9), st.tuples(st.floats(-1, 2), st.floats(-1, 2), st.floats(0, 1)), min_size=1, max_size=6
    ),
    st.integers(0, SECOND),
)
def test_every_card_is_within_the_picture(people: dict[int, tuple[float, float, float]], t_ns: int) -> None:
    bodies = {track: standing(middle, top=top, wide=wide) for track, (middle, top, wide) in people.items()}
    layout = Layout(PICTURE, 1)
    for now in (0, t_ns):
        for left, top in layout.places(dict.fromkeys(bodies, CARD), bodies, now).values():
            assert 10 <= left <= PICTURE[0] - CARD[0] - 10
            assert 10 <= top <= PICTURE[1] - CARD[1] - 10
