"""The script library at /api/v1/: who may load it, and how it is kept."""

import pytest

from support.portal import Portal
from tieline.http.library import SCRIPT

MOST = 25_000


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/v1/?version=1"])
def test_script_is_served_to_every_origin(quick_portal: Portal, path: str) -> None:
    reply = quick_portal.request("GET", path, headers={"origin": "https://app.example"})
    assert (reply.status, reply.content) == (200, SCRIPT.read_bytes())
    assert reply.headers["content-type"] == "text/javascript; charset=utf-8"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["cross-origin-resource-policy"] == "cross-origin"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "public, max-age=3600"


def test_script_is_sent_once_to_who_keeps_it(quick_portal: Portal) -> None:
    tag = quick_portal.request("GET", "/api/v1/").headers["etag"]
    for asked in (tag, f"W/{tag}", f'"other", {tag}'):
        reply = quick_portal.request("GET", "/api/v1/", headers={"if-none-match": asked})
        assert (reply.status, reply.content, reply.headers["etag"]) == (304, b"", tag)
    assert quick_portal.request("GET", "/api/v1/", headers={"if-none-match": '"other"'}).status == 200


def test_script_is_only_read(quick_portal: Portal) -> None:
    assert quick_portal.request("POST", "/api/v1/").status == 405


def test_script_is_small() -> None:
    assert len(SCRIPT.read_bytes()) < MOST
