"""The library of graphs: architectures worth knowing, one YAML file each, to read, train and start from.

A pack like any other, though it offers no layers. A graph is found by its file's name: ``zoo show gpt``.
"""

from collections.abc import Iterable
from pathlib import Path

import zoo

ROAD = (
    "rnn_language_model",
    "lstm_from_gates",
    "lstm_language_model",
    "gru_language_model",
    "sentiment_classifier",
    "polyphonic_music",
    "captioner",
    "seq2seq_plain",
    "seq2seq_bahdanau",
    "seq2seq_additive",
    "seq2seq_dot",
    "seq2seq_multiplicative",
    "tcn_language_model",
    "self_attention",
    "transformer_2017",
    "transformer",
    "gpt",
    "encoder_classifier",
    "encoder_learned",
    "encoder_relative",
    "encoder_structural",
    "encoder_t5",
    "encoder_rotary",
    "encoder_alibi",
    "encoder_linformer",
    "encoder_big_bird",
    "sliding_window_language_model",
    "llama",
    "mixture_of_experts_language_model",
    "linear_attention_language_model",
    "retention_language_model",
    "mamba_language_model",
    "min_gru_language_model",
    "xlstm_language_model",
    "gated_delta_language_model",
)
"""The order in which one leads to the next: memory, attention beside it, attention alone, where words stand,
less of everything, memory again. It is the order of the editor's gallery.
"""


@zoo.hookimpl
def zoo_graphs() -> Iterable[Path]:
    """The graph files in the order of the road; those that do not stand on it come last."""
    files = {path.stem: path for path in sorted(Path(__file__).parent.glob("*.yaml"))}
    return [*(files.pop(name) for name in ROAD), *files.values()]
