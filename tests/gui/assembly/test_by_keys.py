"""The Transformer assembled with keys alone, from an empty window to a file that runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.gui.assembly.goal import BLOCKS, INPUTS, PARAMS, compiled, has_block, is_the_goal
from tests.gui.assembly.keys import Keyboard
from zoo_gui.editor import Editor


class Typist(Keyboard):
    """Draws with keys: what is selected is read, wired and set."""

    def find(self, name: str, block: str = "") -> None:
        """Select a box, wherever it is."""
        self.choose("Ctrl+F", f"{name} #{block}" if block else name)
        self.press("F6")

    def behind(self, what: str, name: str = "") -> None:
        """Put something behind the selected box, and give it a name."""
        self.choose("Ctrl+Return", what)
        if name:
            self.choose("F2", name)

    def wires(self, *pairs: str) -> None:
        """Wire inputs of the selected box: ``query norm``."""
        for pair in pairs:
            self.choose("Ctrl+K", pair)

    def settings(self, **settings: str) -> None:
        """Write settings of the selected box."""
        self.press("Ctrl+I")
        for name, value in settings.items():
            self.field(name, value)
        self.press("F6")

    def part(self, command: str, name: str, value: str = "") -> None:
        """Make a param or an input: its name, then what it is."""
        self.command(command)
        self.type(name)
        self.press("Tab")
        self.answer(value) if value else self.press("Return")

    def block(self, name: str) -> None:
        """Make a block, with its params and inputs."""
        self.choose("Ctrl+B", name)
        for param, value in BLOCKS[name].params.items():
            self.part("new param", param, value)
        for port, type_ in BLOCKS[name].inputs.items():
            self.part("new input", port, type_)

    def output(self, name: str) -> None:
        """Let the selected box leave the body."""
        self.command("new output")
        self.answer(name)


def attend_self(hand: Typist) -> None:
    """x + attention(norm(x))."""
    hand.block("attend_self")
    hand.find("x", "attend_self")
    hand.behind("layer norm", "norm")
    hand.behind("multi head", "attend")
    hand.wires("key norm", "value norm", "mask mask")
    hand.settings(heads="$heads", causal="$causal", dropout="$dropout")
    hand.find("x", "attend_self")
    hand.behind("basic/add")
    hand.wires("more attend")
    hand.output("out")


def feed_forward(hand: Typist) -> None:
    """x + ffn(norm(x))."""
    hand.block("feed_forward")
    hand.find("x", "feed_forward")
    hand.behind("layer norm", "norm")
    hand.behind("feedforward/ffn")
    hand.settings(hidden="$hidden", dropout="$dropout")
    hand.find("x", "feed_forward")
    hand.behind("basic/add")
    hand.wires("more ffn")
    hand.output("out")


def encoder_layer(hand: Typist) -> None:
    """Self-attention, then the network."""
    hand.block("encoder_layer")
    hand.find("x", "encoder_layer")
    hand.behind("attend_self", "attend")
    hand.wires("mask mask")
    hand.settings(heads="$heads", dropout="$dropout")
    hand.behind("feed_forward", "feed")
    hand.settings(hidden="$hidden", dropout="$dropout")
    hand.output("out")


def decoder_layer(hand: Typist) -> None:
    """Self-attention that looks back only, attention to the memory, the network."""
    hand.block("decoder_layer")
    hand.find("x", "decoder_layer")
    hand.behind("attend_self", "attend")
    hand.settings(heads="$heads", causal="true", dropout="$dropout")
    hand.behind("layer norm", "norm")
    hand.behind("multi head", "cross")
    hand.wires("key memory", "value memory", "mask mask")
    hand.settings(heads="$heads", dropout="$dropout")
    hand.find("attend", "decoder_layer")
    hand.behind("basic/add")
    hand.wires("more cross")
    hand.behind("feed_forward", "feed")
    hand.settings(hidden="$hidden", dropout="$dropout")
    hand.output("out")


def whole(hand: Typist) -> None:
    """The graph around the blocks."""
    hand.find("source int")
    hand.behind("embedding", "embed")
    hand.settings(vocab="$vocab", dim="$dim", scale="true")
    hand.behind("sinusoidal", "position")
    hand.behind("encoder_layer", "encoder")
    hand.wires("mask source_mask")
    hand.settings(heads="$heads", hidden="$hidden", dropout="$dropout")
    hand.choose("Ctrl+Alt+G", "$layers")
    hand.press("F6")
    hand.behind("layer norm", "memory")
    for node, source in (("embed", "target"), ("position", "target_embed")):
        hand.find(f"{node} {'basic' if node == 'embed' else 'sinusoidal'}")
        hand.press("Ctrl+Shift+D")
        hand.choose("F2", f"target_{node}")
        hand.wires(source)
    hand.behind("decoder_layer", "decoder")
    hand.wires("memory memory", "mask source_mask")
    hand.settings(heads="$heads", hidden="$hidden", dropout="$dropout")
    hand.choose("Ctrl+Alt+G", "$layers")
    hand.press("F6")
    hand.behind("layer norm", "decoder_norm")
    hand.behind("linear", "generator")
    hand.settings(output="$vocab", bias="false", tie="weight: embed.weight")
    hand.output("logits")


def a_typist(qtbot: QtBot, editor: Editor) -> Typist:
    window = editor.new()
    window.workspace.start()
    qtbot.waitActive(window)
    return Typist(window)


def test_a_block_with_keys_alone(qtbot: QtBot, editor: Editor, tmp_path: Path) -> None:
    hand = a_typist(qtbot, editor)
    attend_self(hand)
    hand.save_as(str(tmp_path / "mine.yaml"))
    has_block(tmp_path / "mine.yaml", "attend_self")


@pytest.mark.long
def test_the_transformer_with_keys_alone(qtbot: QtBot, editor: Editor, tmp_path: Path) -> None:
    hand = a_typist(qtbot, editor)
    hand.settings(name="transformer")
    for param, value in PARAMS.items():
        hand.part("new param", param, value)
    for port, type_ in INPUTS.items():
        hand.part("new input", port, type_)
    for block in (attend_self, feed_forward, encoder_layer, decoder_layer):
        block(hand)
    whole(hand)
    hand.save_as(str(tmp_path / "mine.yaml"))
    assert not hand.window.workspace.document.modified
    is_the_goal(tmp_path / "mine.yaml")
    compiled(tmp_path / "mine.yaml")
