"""The loop of the programs that try the Python SDK: a JSON command per line in, a result per line out."""

import json
import sys
from typing import Any

from b24pysdk.errors import BitrixAPIError


def serve(program: Any) -> None:
    """Do one step after the other; each is a method of the program, and what the portal refuses is told."""
    for line in sys.stdin:
        command = json.loads(line)
        step = command.pop("step")
        try:
            output = {"step": step, "ok": True, "result": getattr(program, step)(**command)}
        except BitrixAPIError as error:
            told = {"code": error.error, "status": error.status_code, "message": error.error_description}
            output = {"step": step, "ok": False, "error": told}
        sys.stdout.write(json.dumps(output, default=str) + "\n")
        sys.stdout.flush()
