"""A bot that fetches its events, a process of its own that may be killed: it knows nothing of its former lives.

What it sees goes to a file, a line each: `saw <event> <text>`, and `confirmed <offset>` when a poll was answered.
"""

import http.client
import json
import os
import sys
import time
from typing import Any
from urllib.parse import urlsplit


def poll(connection: http.client.HTTPConnection, path: str, known: dict[str, Any], limit: int) -> dict[str, Any]:
    """Ask for events; returns the answer."""
    body = json.dumps(known | {"limit": limit})
    connection.request("POST", f"{path}imbot.v2.Event.get", body, {"content-type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    result: dict[str, Any] = answer["result"]
    return result


def main() -> None:
    """Poll for ever."""
    hook, bot, token, file = sys.argv[1:5]
    address = urlsplit(hook)
    connection = http.client.HTTPConnection(address.netloc, timeout=60)
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    known: dict[str, Any] = {"botId": int(bot), "botToken": token}
    os.write(log, b"born\n")
    while True:
        answer = poll(connection, address.path, known, 50)
        if "offset" in known:
            os.write(log, b"confirmed %d\n" % known["offset"])
        for event in answer["events"]:
            if event["type"] == "ONIMBOTV2MESSAGEADD":
                os.write(log, b"saw %d %s\n" % (event["eventId"], event["data"]["message"]["text"].encode()))
            else:
                os.write(log, b"saw %d\n" % event["eventId"])
        known["offset"] = answer["nextOffset"]
        if not answer["events"]:
            time.sleep(0.02)


if __name__ == "__main__":
    main()
