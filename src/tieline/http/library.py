"""/api/v1/: the script library for pages of applications, for every origin."""

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

SCRIPT = Path(__file__).with_suffix(".js")


class Library:
    """Serves the script library from memory."""

    def __init__(self) -> None:
        self._content = SCRIPT.read_bytes()
        self._headers = {
            "etag": f'"{hashlib.sha256(self._content).hexdigest()[:32]}"',
            "cache-control": "public, max-age=3600",
            "access-control-allow-origin": "*",
            "cross-origin-resource-policy": "cross-origin",
            "x-content-type-options": "nosniff",
        }

    async def serve(self, request: Request) -> Response:
        """Answer with the script, or say that the asker has it already."""
        asked = request.headers.get("if-none-match", "")
        if self._headers["etag"] in (tag.strip().removeprefix("W/") for tag in asked.split(",")):
            return Response(status_code=304, headers=self._headers)
        return Response(self._content, headers=self._headers, media_type="text/javascript")
