"""Decoding: from what a model expects next to whole texts.

    scorer.py      what comes next, from a model's stream or from the model as a whole
    beam.py        beam search; exhaustive.py: every possible text
    sampling.py    greedy, temperature, top-k, top-p
    ranking.py     how finished texts are compared: length and coverage
    forced.py      how likely given texts are, and how well they are predicted
    texts.py       a trained model writes: translations, captions
    batching.py    sentences of similar length together, results in the order of the input
    judging.py     BLEU and chrF of what it writes, also by length

A search knows a model only as a ``Scorer``.
"""

from zoo.decoding.beam import Beam
from zoo.decoding.exhaustive import exhaustive_search
from zoo.decoding.forced import Fit, forced
from zoo.decoding.ranking import Hypothesis, Ranking
from zoo.decoding.sampling import Sampling, greedy
from zoo.decoding.scorer import Anew, Begun, Next, Reading, Scorer, Stepwise, begin

__all__ = [
    "Anew",
    "Beam",
    "Begun",
    "Fit",
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
