"""The model of a run writes, in the process of the worker: on from a prompt, or texts for what is given."""

from __future__ import annotations

from pathlib import Path

from zoo.cli.caption import pictures_of
from zoo.cli.generate import BETWEEN
from zoo.decoding import Beam, Ranking, Sampling
from zoo.decoding.texts import Author, Drawing, Search, Text
from zoo.errors import ZooError
from zoo.tasks import find_task
from zoo.tasks.tokenizers import END
from zoo.training.checkpoint import read_checkpoint
from zoo.training.decode import Writer
from zoo_gui.running import requests
from zoo_gui.running.worker import Teller


def search_of(asked: requests.Search) -> Search:
    """The search that was chosen; greedy is a beam of one."""
    if asked.method == "sampling":
        return sampling_of(asked)
    if asked.method == "greedy":
        return Beam(END, 1, asked.longest)
    ranking = Ranking(asked.length, asked.alpha, asked.coverage)
    return Beam(END, asked.beam, asked.longest, asked.best, ranking=ranking)


def sampling_of(asked: requests.Search) -> Sampling:
    """The way of drawing that was chosen; greedy is to draw the likeliest."""
    if asked.method == "greedy":
        return Sampling(temperature=0)
    return Sampling(asked.temperature, asked.top_k, asked.top_p)


def drawing_of(asked: requests.Search) -> Drawing:
    """What a way of drawing is told beside."""
    return {"longest": asked.longest, "draws": asked.best, "seed": asked.seed}


def generate(request: requests.Generation, teller: Teller) -> None:
    """Have the model write, and tell each piece as it comes."""
    saved = read_checkpoint(request.run)
    decoding = find_task(saved.header.task).decoding
    teller.tell("facts", text=f"{saved.name}: {saved.header.task}, step {saved.header.step:,}")
    if decoding is not None and not decoding.start:
        _go_on(request, teller)
        return
    author = Author.load(request.run, request.device)
    search, asked = search_of(request.search), request.search
    reads = "source" in author.decoding.given
    lines = [line for line in request.text.splitlines() if line.strip()]
    given = lines if reads else [str(file) for path in request.files for file in pictures_of(Path(path))]
    if not given:
        raise ZooError(
            "type a sentence first, or several, one per line" if reads else "choose a picture first"
        )
    drawing = drawing_of(asked)
    written = (author.translations if reads else author.captions)(given, search, batch=1, **drawing)
    for number, (each, texts) in enumerate(zip(given, written, strict=True)):
        end = "" if number == len(given) - 1 else "\n\n"
        teller.tell("piece", text=_told(each if reads else Path(each).name, texts) + end)
        teller.often("progress", (number + 1) / len(given))
    anew = f"all tokens were computed anew for each new one: {author.obstacle}"
    way = anew if author.obstacle else "each token was computed once (step lowering)"
    teller.tell("done", text=way, figures={"texts": len(given)})


def _go_on(request: requests.Generation, teller: Teller) -> None:
    asked = request.search
    if asked.method == "beam":
        raise ZooError(
            "a model that continues a prompt knows no end of a text, which a beam search compares at; "
            "take greedy or sampling"
        )
    writer, characters, way = Writer.load(request.run, request.device), 0, ""
    for number in range(asked.best):
        if number:
            teller.tell("piece", text=f"\n{BETWEEN}\n")
        written = writer.write(
            request.text or None,
            length=asked.longest,
            sampling=sampling_of(asked),
            seed=asked.seed + number,
        )
        characters += len(teller.pieces(written))
        way = written.way
    teller.tell("done", text=way, figures={"characters": characters})


def _told(given: str, texts: list[Text]) -> str:
    """What was given, and below it what was written, with scores where there are several."""
    lines = [f"{each.found.score:8.3f}  {each.text}" if len(texts) > 1 else each.text for each in texts]
    return "\n".join([given, *(f"  → {line}" for line in lines)])
