"""The process in which a graph runs: ``python -m zoo_gui.running.worker``.

It reads one request (requests.py) from its input and writes a line of JSON for everything that happens:

    {"event": "facts", "text", "out", "baseline"}       what is about to happen; the loss to beat
    {"event": "step", "part", "step", "loss", "speed", "item", "memory"}   at most twenty times a second
    {"event": "measured", "step", "train", "validation", "metrics", "clipped"}
    {"event": "progress", "part"}                       how much is done, from 0 to 1
    {"event": "sample", "text"}                         a text that a model has written, instead of others
    {"event": "piece", "text"}                          more of a text that is being written
    {"event": "table", "text"}                          figures, in columns
    {"event": "picture", "title", "path"}               a PNG file
    {"event": "done", "text", "figures"}                the end, as a sentence and as figures
    {"event": "error", "text"}                          the end, and why

Whatever else is printed goes to the error output, which the editor shows as a log.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from typing import TextIO

from zoo.errors import GraphError, ZooError
from zoo_gui.running.requests import REQUEST, Evaluation, Generation, Probe, Request, Trial

_PAUSE = 0.05


class Teller:
    """Writes events to the real output, one a line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = 0.0

    def tell(self, event: str, **facts: object) -> None:
        """Write an event."""
        self._stream.write(json.dumps({"event": event, **facts}) + "\n")
        self._stream.flush()

    def often(self, event: str, part: float, **facts: object) -> None:
        """Write an event that says how much is done, unless one was written just now."""
        now = time.monotonic()
        if now - self._last >= _PAUSE or part >= 1:
            self._last = now
            self.tell(event, part=part, **facts)

    def pieces(self, pieces: Iterable[str]) -> str:
        """Write pieces of a text as they come, those together that come at once; the whole of it."""
        whole, told, last = "", 0, 0.0
        for piece in pieces:
            whole += piece
            if time.monotonic() - last >= _PAUSE:
                self.tell("piece", text=whole[told:])
                told, last = len(whole), time.monotonic()
        if whole[told:]:
            self.tell("piece", text=whole[told:])
        return whole


def main() -> int:
    """Read the request, do what it says; 1 when that failed."""
    teller = Teller(sys.stdout)
    sys.stdout = sys.stderr
    try:
        _do(REQUEST.validate_json(sys.stdin.buffer.readline()), teller)
    except GraphError as error:
        teller.tell("error", text=f"the graph has problems: {error.problems[0]}")
        return 1
    except ZooError as error:
        teller.tell("error", text=str(error))
        return 1
    except KeyboardInterrupt:
        teller.tell("error", text="stopped")
        return 130
    return 0


def _do(request: Request, teller: Teller) -> None:
    if isinstance(request, Trial):
        from zoo_gui.running.trial import run_once

        run_once(request, teller)
    elif isinstance(request, Generation):
        from zoo_gui.running.generating import generate

        generate(request, teller)
    elif isinstance(request, Evaluation):
        from zoo_gui.running.evaluating import evaluate

        evaluate(request, teller)
    elif isinstance(request, Probe):
        from zoo_gui.running.looking import look

        look(request, teller)
    else:
        from zoo_gui.running.learning import learn

        learn(request, teller)


if __name__ == "__main__":
    raise SystemExit(main())
