"""Tasks on real data, as far as the library's graphs are known to get in minutes."""

from pathlib import Path

import pytest
import torch

from zoo.tasks import Plan
from zoo.training import Options, train
from zoo_tasks.order import TemporalOrder

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.skipif(not SHARED.is_dir(), reason="the data sets for tests are not here")
def test_reviews_are_judged_as_well_as_a_network_from_scratch_can(tmp_path: Path) -> None:
    """rt-polarity (Pang & Lee 2005), by a small bidirectional LSTM without pretrained words."""
    rows = [
        f"{line.strip()}\t{label}"
        for label, name in (("positive", "pos"), ("negative", "neg"))
        for line in (SHARED / f"rt-polarity.{name}").read_text(encoding="cp1252").splitlines()
    ]
    (tmp_path / "reviews.tsv").write_text("\n".join(rows), encoding="utf-8")
    result = train(
        "sentiment_classifier",
        task="sentiment",
        settings={"file": str(tmp_path / "reviews.tsv"), "size": 20_000},
        params={"dim": 64, "hidden": 48, "layers": 1, "dropout": 0.5},
        options=Options(steps=375, batch=64, learning_rate=2e-3),
        out=tmp_path / "run",
    )
    assert result.metrics["accuracy"] >= 0.73


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_order_of_symbols_far_apart_is_learned_without_a_mistake(tmp_path: Path) -> None:
    """Experiment 6a of Hochreiter & Schmidhuber 1997: of 2,560 rows one may be wrong; here none is."""
    result = train(task="temporal_order", options=Options(steps=600, measurements=2), out=tmp_path / "run")
    data = TemporalOrder().data(Plan(batch=512, seed=12345))
    wrong = 0
    with torch.no_grad():
        for batch in map(data.batch, range(5)):
            said = result.model(**batch.inputs).argmax(-1)
            wrong += int((said != batch.target).sum())
    assert wrong == 0
