"""What is assembled: the Transformer of the library; and how a file is held against it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import zoo
from zoo.files import dumps, semantic_hash
from zoo_gui.panels.values import text_of

GOAL = zoo.load(zoo.registry().graphs["transformer"])

PARAMS = {name: text_of(value) for name, value in GOAL.params.items()}
INPUTS = {name: str(port) for name, port in GOAL.inputs.items()}


class BlockText:
    """The params and inputs of a block as a person writes them; a param that is to be given needs no word."""

    def __init__(self, name: str) -> None:
        block = GOAL.blocks[name]
        self.params = {p: "" if value is None else text_of(value) for p, value in block.params.items()}
        self.inputs = {p: str(port) for p, port in block.inputs.items()}


BLOCKS = {name: BlockText(name) for name in GOAL.blocks}


def is_the_goal(path: Path) -> None:
    """Whether a file says what the library's Transformer says."""
    mine = zoo.load(path)
    assert {name: str(port) for name, port in mine.inputs.items()} == INPUTS
    assert mine.blocks.keys() == GOAL.blocks.keys()
    assert mine.nodes.keys() == GOAL.nodes.keys()
    for name, block in GOAL.blocks.items():
        assert dict(mine.blocks[name].nodes) == dict(block.nodes), name
        assert mine.blocks[name].outputs == block.outputs, name
    assert dict(mine.nodes) == dict(GOAL.nodes), dumps(mine)
    assert semantic_hash(mine) == semantic_hash(GOAL)


def compiled(path: Path) -> None:
    """Run a file forward and backward, in a process of its own."""
    command = [sys.executable, "-P", "-m", "zoo", "run", str(path), "--size", "source=5", "--times", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "logits" in done.stdout


def has_block(path: Path, name: str) -> None:
    """Whether a block of a file says what that of the Transformer says."""
    block, goal = zoo.load(path).blocks[name], GOAL.blocks[name]
    assert (dict(block.nodes), block.outputs) == (dict(goal.nodes), goal.outputs)
    assert (block.params, list(block.inputs.items())) == (goal.params, list(goal.inputs.items()))
