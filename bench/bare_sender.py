"""The bare side of a drained backlog: aiohttp posts the same forms over as many connections, no database."""

import argparse
import asyncio
import gc
from collections import deque
from pathlib import Path

import aiohttp
import uvloop

FORM = {"content-type": "application/x-www-form-urlencoded"}


async def drain(session: aiohttp.ClientSession, url: str, forms: deque[bytes]) -> None:
    """Post until nothing is left: one of the slots."""
    while forms:
        async with session.post(url, data=forms.popleft(), headers=FORM) as answer:
            await answer.read()


async def send(url: str, forms: list[bytes], slots: int) -> None:
    """Post all forms over `slots` connections, after as many without a mark that warm the process up."""
    connector = aiohttp.TCPConnector(limit=slots)
    async with aiohttp.ClientSession(connector=connector) as session:
        for backlog in (deque(form.replace(b"zq", b"qz") for form in forms), deque(forms)):
            gc.collect()
            gc.freeze()
            await asyncio.gather(*(drain(session, url, backlog) for _ in range(slots)))


def main() -> None:
    """Send the file of forms once."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--bodies", type=Path, required=True)
    parser.add_argument("--slots", type=int, required=True)
    args = parser.parse_args()
    uvloop.run(send(args.url, args.bodies.read_bytes().split(b"\n"), args.slots))


if __name__ == "__main__":
    main()
