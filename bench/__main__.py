"""The command: reads how much to measure, runs it, prints the table and writes the figures."""

import argparse
import os
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import uvloop

from bench import portal
from bench.bots import bots
from bench.figures import Bar, Figure, alone, machine, table, write
from bench.inbox import inbox
from bench.processes import LOAD_CORE, ROOT, SERVER_CORE, Server, flush_cost, free_port, listening
from bench.run import Run, Size, catch_form, open_place, plain_form, start_bare, start_tieline

OUT = ROOT / "bench" / "out"


async def speed(folder: Path, size: Size, *, bare_only: bool) -> Run:
    """Start both sides and measure them."""
    with ExitStack() as stack:
        place = await open_place(folder, stack)
        tieline = None if bare_only else await start_tieline(place)
        form = await catch_form(place, tieline) if tieline else plain_form(folder)
        run = Run(place, size, await start_bare(place, form), tieline)
        await run.all()
        return run


def memory(folder: Path) -> Figure:
    """Measure the demo portal's memory, idle, five seconds after it listens."""
    port = free_port()
    with Server("demo", portal.demo_command(folder / "demo", port), folder, cwd=folder) as demo:
        demo.await_ready(listening(port))
        time.sleep(5)
        return alone("idle demo, PSS of the process tree", "MB", demo.pss(), Bar("<", 150))


def _below(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Speed as ratios against bare prototypes.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each figure (5)")
    parser.add_argument("--messages", type=int, default=15_000, help="incoming messages a round (15000)")
    parser.add_argument("--pushes", type=int, default=6_000, help="operators' messages a round (6000)")
    parser.add_argument("--events", type=int, default=3_000, help="events in a backlog (3000)")
    parser.add_argument("--bare", action="store_true", help="measure the bare side and the load alone; write nothing")
    return parser.parse_args()


def main() -> None:
    """Measure, print, write."""
    args = arguments()
    size = Size(args.rounds, args.messages, args.pushes, args.events)
    os.sched_setaffinity(0, {LOAD_CORE})
    OUT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=OUT))
    try:
        print(f"{machine()}; server on core {SERVER_CORE}, load and receiver on core {LOAD_CORE}.")
        print(f"A flush of 4 kB takes {flush_cost(folder):.3f} ms here. {args.rounds} rounds, medians.")
        run = uvloop.run(speed(folder, size, bare_only=args.bare))
        if not args.bare:
            run.figures.append(memory(folder))
            run.figures += uvloop.run(bots(_below(folder, "bots"), size))
            run.figures += inbox(folder)
            write(run.figures, OUT / "latest.json")
        print(*run.notes, table(run.figures), sep="\n")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
