from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gymbox.redact import redact

SECRET = st.text("ABCXYZ0123456789!$%*+/:=@", min_size=6, max_size=24)


@given(user=SECRET, password=SECRET, before=st.text(" ab:\n"), after=st.text(" ab:\n"))
def test_credentials_in_a_url_never_show(user: str, password: str, before: str, after: str) -> None:
    shown = redact(f"{before}rtsp://{user}:{password}@10.0.0.2:554/live{after}")
    assert user not in shown
    assert password not in shown
    assert shown == f"{before}rtsp://***@10.0.0.2:554/live{after}"


@given(st.text())
def test_redacting_twice_is_redacting_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://cam/snap.cgi?usr=admin&pwd=Geh3im&ch=1", "http://cam/snap.cgi?usr=***&pwd=***&ch=1"),
        ("Authorization: Bearer abcdef012345", "Authorization: Bearer ***"),
        ("got eyJhbGciOi.eyJzdWIi.c2ln from phone", "got *** from phone"),
        ("No such file: 'rtsp:/a:b@host'", "No such file: 'rtsp:/***@host'"),
        ("RTSP://A:B@host", "RTSP://***@host"),
        ("mail me@example.com about rtsp://host/live", "mail me@example.com about rtsp://host/live"),
        ("opened 'rtsp://a:b@h/1' and 'rtsp://c:d@h/2'", "opened 'rtsp://***@h/1' and 'rtsp://***@h/2'"),
    ],
)
def test_what_is_hidden_and_what_is_not(text: str, shown: str) -> None:
    assert redact(text) == shown
