"""Decoding: from what a model expects next to whole texts.

    scorer.py      what comes next, from a model's stream or from the model as a whole
    beam.py        beam search; exhaustive.py: every text there is
    sampling.py    greedy, temperature, top-k, top-p
    ranking.py     how finished texts are compared: length and coverage
    forced.py      how likely texts are that are there already
    texts.py       a trained model writes: translations, captions
    judging.py     BLEU and chrF of what it writes, also by length

A search knows models by ``Scorer`` alone.
"""

from zoo.decoding.beam import Beam
from zoo.decoding.exhaustive import exhaustive_search
from zoo.decoding.forced import forced
from zoo.decoding.ranking import Hypothesis, Ranking
from zoo.decoding.sampling import Sampling, greedy
from zoo.decoding.scorer import Anew, Begun, Next, Reading, Scorer, Stepwise, begin

__all__ = [
    "Anew",
    "Beam",
    "Begun",
    "Hypothesis",
    "Next",
    "Ranking",
    "Reading",
    "Sampling",
    "Scorer",
    "Stepwise",
    "begin",
    "exhaustive_search",
    "forced",
    "greedy",
]
