"""Training in the process of the worker: what the run tells becomes events."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from typing import Any

import torch

from zoo import training
from zoo.cli.trial import peak_memory
from zoo.files import loads
from zoo.training.checkpoint import read_checkpoint
from zoo.training.folder import LAST
from zoo_gui.running.requests import Resumption, Training
from zoo_gui.running.worker import Teller

_SAMPLE = 240
"""Tokens that a model writes in the end, and at each measurement unless that takes longer than _PATIENCE."""
_PATIENCE = 1.0


class Reporter(training.Watcher):
    """Tells the editor what a run does."""

    def __init__(self, teller: Teller, batch: int) -> None:
        self._teller, self._batch = teller, batch
        self._device = torch.device("cpu")
        self._seen = (0, 0.0)
        self._speed = 0.0
        self._each, self._item = 1, "examples"

    def prepared(self, facts: Any, clock: Any) -> None:
        self._device = torch.device(facts.device)
        if facts.context:  # all examples have as many tokens
            self._each, self._item = facts.context, f"{facts.unit.partition(' a ')[2] or 'token'}s"
        frozen = f" ({facts.frozen:,} of them frozen)" if facts.frozen else ""
        said = [f"{facts.graph}: {facts.parameters:,} parameters{frozen} on {facts.device}", *facts.about]
        more: dict[str, Any] = {}
        if facts.baseline:
            said.append(f"to beat: {facts.baseline.name}, {facts.baseline.loss:.3f}")
            more["baseline"] = {"name": facts.baseline.name, "loss": facts.baseline.loss}
        self._teller.tell("facts", text="; ".join(said), out=str(facts.out), **more)
        self._teller.often("step", clock.progress, step=clock.step, loss=None)
        self._seen = (clock.step, time.monotonic())

    def stepped(self, clock: Any, train_loss: float) -> None:
        step, since = self._seen
        now = time.monotonic()
        if now - since >= 1 or not self._speed:
            items = self._batch * self._each * (clock.step - step)
            self._speed = items / max(now - since, 1e-6)
            self._seen = (clock.step, now)
        memory = peak_memory(self._device)
        self._teller.often(
            "step",
            clock.progress,
            step=clock.step,
            loss=train_loss,
            speed=self._speed,
            item=self._item,
            memory=memory,
        )

    def measured(self, moment: Any) -> None:
        self._teller.tell(
            "measured",
            step=moment.step,
            train=moment.train_loss,
            validation=moment.validation_loss,
            metrics=dict(moment.metrics),
            clipped=moment.clipped,
        )
        if moment.sample is not None:
            self._teller.tell("sample", text=_written(moment.sample(_SAMPLE)))
        self._seen = (moment.step, time.monotonic())  # measuring is no training

    def interrupted(self) -> None:
        self._teller.tell("facts", text="stopping after this step, to save it whole")


def _written(pieces: Generator[str]) -> str:
    """What comes within the patience."""
    end, found = time.monotonic() + _PATIENCE, list[str]()
    with closing(pieces):
        for piece in pieces:
            found.append(piece)
            if time.monotonic() > end:
                break
    return "".join(found).strip("\n")


def learn(request: Training | Resumption, teller: Teller) -> None:
    """Train a graph, or go on with a run, and let the model write a little if it can."""
    if isinstance(request, Training):
        options = training.Options.model_validate({**request.options, "device": request.device})
        result = training.train(
            loads(request.graph, request.folder),
            task=request.task,
            settings=request.settings,
            options=options,
            pretrained=request.pretrained,
            watcher=Reporter(teller, options.batch),
        )
    else:
        was = read_checkpoint(request.run, LAST).header
        result = training.resume(
            request.run,
            steps=was.step + request.steps,
            device=request.device,
            watcher=Reporter(teller, was.options.batch),
        )
    if result.writes_on:
        sample = "".join(training.stream(result.best, length=_SAMPLE))
        teller.tell("sample", text=sample.strip("\n"))
    ended = "stopped" if result.interrupted else "done"
    beside = f", {result.baseline.name} {result.baseline.loss:.3f}" if result.baseline else ""
    text = (
        f"{ended} at step {result.step:,}: validation {result.validation_loss:.3f} {result.unit}{beside}; "
        f"kept in {result.out}"
    )
    teller.tell("done", text=text, figures={"validation": result.validation_loss, "steps": result.step})
