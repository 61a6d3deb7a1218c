"""Web addresses: only http and https are kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.documents.links import safe_url


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://www.example.go.th/a?b=1#c", "https://www.example.go.th/a?b=1#c"),
        (" http://example.com ", "http://example.com"),
        ("HTTPS://Example.com/ก", "HTTPS://Example.com/ก"),
        ("www.facebook.com/groups/1", "https://www.facebook.com/groups/1"),
        ("กรมประชาสัมพันธ์.ไทย", "https://กรมประชาสัมพันธ์.ไทย"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("http://[2001:db8::1]/", "http://[2001:db8::1]/"),
    ],
)
def test_addresses_that_are_kept(text: str, kept: str) -> None:
    assert safe_url(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>1</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.com",
        "//example.com/x",
        "/x",
        "http://",
        "http:///x",
        "http:\\\\example.com",
        "https://user:secret@example.com",
        "https://good.example@evil.example/",
        "https://localhost/x",
        "https://exa mple.com",
        "https://example.com/\u202egnp",
        'https://example.com/"onclick="x',
        "https://example.com:99999/",
        "http://[::1",
        "mailto:a@b.example",
        "a@b.example",
        "line://ti/p/x",
        "https://example.com/" + "x" * 2000,
        "ไม่มี",
    ],
)
def test_addresses_that_are_refused(text: str) -> None:
    assert safe_url(text) is None


@given(st.text(max_size=60))
def test_whatever_is_kept_is_http(text: str) -> None:
    kept = safe_url(text)
    assert kept is None or kept.lower().startswith(("http://", "https://"))
