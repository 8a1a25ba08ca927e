"""One architecture as a graph file and as Keras's JSON: lines, lines changed by adding a layer, time to load.

A decoder-only Transformer of pre-norm layers, written flat (every layer spelled out, as Keras must) and with
``repeat``. Keras is a peer, not a dependency:
``pip install --no-deps keras absl-py namex optree h5py ml_dtypes``, then

    KERAS_BACKEND=torch python benchmarks/against_keras.py
"""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Callable
from statistics import median
from typing import Any

VOCAB, DIM, HEADS, HIDDEN = 1000, 64, 4, 256

HEAD = f"""\
format: zoo/1
name: stack
inputs:
  tokens: int batch time
outputs:
  logits: head
nodes:
  embed: {{use: basic/embedding, with: {{vocab: {VOCAB}, dim: {DIM}}}, in: tokens}}
"""
LAYER = """\
  norm_{i}a: {{use: norm/layer_norm, in: {before}}}
  attend_{i}:
    use: attention/multi_head
    with: {{heads: {heads}, causal: true}}
    in: {{query: norm_{i}a, key: norm_{i}a, value: norm_{i}a}}
  add_{i}a: {{use: basic/add, in: [{before}, attend_{i}]}}
  norm_{i}b: {{use: norm/layer_norm, in: add_{i}a}}
  ffn_{i}: {{use: feedforward/ffn, with: {{hidden: {hidden}}}, in: norm_{i}b}}
  add_{i}b: {{use: basic/add, in: [add_{i}a, ffn_{i}]}}
"""
TAIL = """\
  norm: {{use: norm/layer_norm, in: {last}}}
  head: {{use: basic/linear, with: {{output: {vocab}}}, in: norm}}
"""


def flat(layers: int) -> str:
    """The file with every layer spelled out."""
    text, before = HEAD, "embed"
    for i in range(layers):
        text += LAYER.format(i=i, before=before, heads=HEADS, hidden=HIDDEN)
        before = f"add_{i}b"
    return text + TAIL.format(last=before, vocab=VOCAB)


def repeated(layers: int) -> str:
    """The file as a person writes it: one block, repeated."""
    body = LAYER.format(i="", before="x", heads=HEADS, hidden=HIDDEN).replace("\n  ", "\n      ")
    ports = "    inputs: {x: float batch time dim}\n    outputs: {out: add_b}\n"
    block = f"blocks:\n  layer:\n{ports}    nodes:\n    "
    stack = f"  stack: {{repeat: {layers}, use: layer, carry: {{x: embed}}}}\n"
    tail = TAIL.format(last="stack", vocab=VOCAB)
    head, nodes, first = HEAD.partition("nodes:\n")
    return head + block + body.rstrip(" ") + nodes + first + stack + tail


def keras_json(layers: int) -> str:
    """The same stack as Keras writes it."""
    import keras
    from keras import layers as kl

    tokens: Any = keras.Input((None,), dtype="int32", name="tokens")
    x: Any = kl.Embedding(VOCAB, DIM)(tokens)
    for _ in range(layers):
        normed = kl.LayerNormalization()(x)
        x = kl.Add()([x, kl.MultiHeadAttention(HEADS, DIM // HEADS)(normed, normed, use_causal_mask=True)])
        hidden = kl.Dense(HIDDEN, activation="relu")(kl.LayerNormalization()(x))
        x = kl.Add()([x, kl.Dense(DIM)(hidden)])
    logits: Any = kl.Dense(VOCAB)(kl.LayerNormalization()(x))
    return keras.Model(tokens, logits).to_json(indent=2)


def changed(write: Callable[[int], str], layers: int) -> int:
    """How many lines a diff shows between ``layers`` and ``layers + 1``."""
    lines = difflib.unified_diff(write(layers).splitlines(), write(layers + 1).splitlines(), n=0, lineterm="")
    return sum(line[0] in "+-" and line[:3] not in ("+++", "---") for line in lines)


def seconds(action: Callable[[], object], times: int = 5) -> float:
    """The median wall time of an action, in seconds."""
    taken: list[float] = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return median(taken)


def row(layers: int, form: str, lines: int, differing: int, taken: float) -> None:
    """Print one row of the table."""
    print(f"{layers:>6} {form:<18} {lines:>7} {differing:>21} {taken * 1e3:>18.0f}")


def main() -> None:
    """Print the table."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    try:
        import keras
    except ImportError:
        print("Keras is not installed; see the head of this file")
        return

    import zoo

    zoo.registry()
    print(
        f"keras {keras.__version__} on {keras.config.backend()}, layerzoo {zoo.__version__}, CPU, weights too"
    )
    print(f"{'layers':>6} {'form':<18} {'lines':>7} {'changed by one layer':>21} {'load to model, ms':>18}")
    for layers in (12, 96):
        text = keras_json(layers)
        taken = seconds(lambda text=text: keras.models.model_from_json(text))
        row(layers, "keras json", len(text.splitlines()), changed(keras_json, layers), taken)
        for form, write in (("graph file, flat", flat), ("graph file, repeat", repeated)):
            text = write(layers)
            taken = seconds(lambda text=text: zoo.loads(text).compile())
            row(layers, form, len(text.splitlines()), changed(write, layers), taken)


if __name__ == "__main__":
    main()
