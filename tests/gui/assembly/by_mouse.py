"""The Transformer drawn with the mouse, from an empty window: the same on every display."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from tests.gui.assembly.goal import BLOCKS, INPUTS, PARAMS
from tests.gui.assembly.mouse import Mouse


def begin_block(hand: Mouse, name: str) -> None:
    """Make a block, with its params and inputs."""
    hand.choose(hand.ground(), "New block")
    hand.keys.answer(name)
    for param, value in BLOCKS[name].params.items():
        hand.entry("param", param, value)
    for port, type_ in BLOCKS[name].inputs.items():
        hand.entry("input", port, type_)
    hand.pan(QPointF(400, 60))


def attend_self(hand: Mouse) -> None:
    """x + attention(norm(x))."""
    begin_block(hand, "attend_self")
    hand.place("norm/layer_norm", 250, -40, "norm")
    hand.place("attention/multi_head", 450, 60, "attend")
    hand.place("basic/add", 680, -40, "add")
    hand.wire("x", "norm", "x")
    for port in ("query", "key", "value"):
        hand.wire("norm", "attend", port)
    hand.wire("mask", "attend", "mask")
    hand.wire("x", "add", "xs")
    hand.wire("attend", "add", "+")
    hand.set("attend", heads="$heads", causal="$causal", dropout="$dropout")
    hand.leave("add", "out", 760, 160)


def feed_forward(hand: Mouse) -> None:
    """x + ffn(norm(x)); the norm is dropped on the wire that it goes into."""
    begin_block(hand, "feed_forward")
    hand.place("feedforward/ffn", 400, 60, "ffn")
    hand.place("basic/add", 620, -20, "add")
    hand.wire("x", "ffn", "x")
    hand.place("norm/layer_norm", *middle(hand, "ffn"), "norm")
    hand.wire("x", "add", "xs")
    hand.wire("ffn", "add", "+")
    hand.set("ffn", hidden="$hidden", dropout="$dropout")
    hand.leave("add", "out", 700, 160)


def middle(hand: Mouse, node: str) -> tuple[float, float]:
    """The middle of the wire that ends at a node."""
    wires = hand.canvas.scene_.wires.values()
    at = next(wire.middle for wire in wires if wire.line.stop.name == node)
    return at.x(), at.y()


def encoder_layer(hand: Mouse) -> None:
    """Self-attention, then the network."""
    begin_block(hand, "encoder_layer")
    hand.place("attend_self", 300, 0, "attend")
    hand.place("feed_forward", 520, 0, "feed")
    hand.wire("x", "attend", "x")
    hand.wire("mask", "attend", "mask")
    hand.wire("attend", "feed", "x")
    hand.set("attend", heads="$heads", dropout="$dropout")
    hand.set("feed", hidden="$hidden", dropout="$dropout")
    hand.leave("feed", "out", 700, 160)


def decoder_layer(hand: Mouse) -> None:
    """Self-attention that looks back only, attention to the memory, the network."""
    begin_block(hand, "decoder_layer")
    hand.place("attend_self", 240, -60, "attend")
    hand.place("norm/layer_norm", 440, 0, "norm")
    hand.place("attention/multi_head", 440, 140, "cross")
    hand.place("basic/add", 640, -60, "add")
    hand.place("feed_forward", 660, 60, "feed")
    hand.wire("x", "attend", "x")
    hand.wire("attend", "norm", "x")
    hand.wire("norm", "cross", "query")
    hand.wire("memory", "cross", "key")
    hand.wire("memory", "cross", "value")
    hand.wire("mask", "cross", "mask")
    hand.wire("attend", "add", "xs")
    hand.wire("cross", "add", "+")
    hand.wire("add", "feed", "x")
    hand.set("attend", heads="$heads", causal="true", dropout="$dropout")
    hand.set("cross", heads="$heads", dropout="$dropout")
    hand.set("feed", hidden="$hidden", dropout="$dropout")
    hand.leave("feed", "out", 760, 220)


def whole(hand: Mouse) -> None:
    """The graph around the blocks."""
    hand.click((hand.window.breadcrumb.buttons[0], hand.window.breadcrumb.buttons[0].rect().center()))
    hand.pan(QPointF(450, 100))
    hand.place("basic/embedding", 220, -60, "embed")
    hand.place("position/sinusoidal", 420, -60, "position")
    hand.place("encoder_layer", 620, -60, "encoder")
    hand.place("norm/layer_norm", 840, -60, "memory")
    hand.wire("source", "embed", "tokens")
    hand.wire("embed", "position", "x")
    hand.wire("position", "encoder", "x")
    hand.wire("source_mask", "encoder", "mask")
    hand.wire("encoder", "memory", "x")
    hand.set("embed", vocab="$vocab", dim="$dim", scale="true")
    hand.set("encoder", heads="$heads", hidden="$hidden", dropout="$dropout")
    for of, x in (("embed", 220.0), ("position", 420.0)):
        before = set(hand.window.workspace.body.nodes)
        hand.choose(hand.box(of), "Use again, with the same weights")
        (new,) = set(hand.window.workspace.body.nodes) - before
        hand.name(new, f"target_{of}")
        hand.drag(hand.box(f"target_{of}"), hand.on_canvas(QPointF(x, 180)))
    hand.place("decoder_layer", 620, 140, "decoder")
    hand.place("norm/layer_norm", 840, 140, "decoder_norm")
    hand.place("basic/linear", 840, 240, "generator")
    hand.wire("target", "target_embed", "tokens")
    hand.wire("target_embed", "target_position", "x")
    hand.wire("target_position", "decoder", "x")
    hand.wire("memory", "decoder", "memory")
    hand.wire("source_mask", "decoder", "mask")
    hand.wire("decoder", "decoder_norm", "x")
    hand.wire("decoder_norm", "generator", "x")
    hand.set("decoder", heads="$heads", hidden="$hidden", dropout="$dropout")
    hand.set("generator", output="$vocab", bias="false", tie="weight: embed.weight")
    for stack in ("encoder", "decoder"):
        hand.choose(hand.box(stack), "Wrap in repeat")
        hand.keys.answer("$layers")
    hand.leave("generator", "logits", 700, 340)


def draw(hand: Mouse) -> None:
    """All of it."""
    hand.write(name="transformer")
    for param, value in PARAMS.items():
        hand.entry("param", param, value)
    for port, type_ in INPUTS.items():
        hand.entry("input", port, type_)
    for block in (attend_self, feed_forward, encoder_layer, decoder_layer):
        block(hand)
    whole(hand)
