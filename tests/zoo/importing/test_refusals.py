"""What has no twin becomes a placeholder that says why, or is refused; never silently something else."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import zoo
from tests.zoo.importing.modules import Tagger, compare, imported
from zoo.errors import ArgumentError, GraphError
from zoo.graph import Call
from zoo.importing import ImportingError, import_module

X = {"input": "float batch time 8"}


def wrapped(part: nn.Module, call: Callable[[nn.Module, Tensor], Tensor]) -> nn.Module:
    """A module that calls a part."""

    class Wrapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = part

        def forward(self, input: Tensor) -> Tensor:
            return call(self.part, input)

    return Wrapped()


def first(part: Any, x: Tensor) -> Tensor:
    return part(x)[0]


def attend(part: Any, x: Tensor) -> Tensor:
    return part(x, x, x)[0]


MISSES: dict[str, tuple[nn.Module, str, str]] = {
    "layer norm without weight": (nn.LayerNorm(8, elementwise_affine=False), "without a weight", ""),
    "layer norm over two axes": (nn.LayerNorm([5, 8]), "over several axes", "float batch 5 8"),
    "batch norm without averages": (
        wrapped(nn.BatchNorm1d(8, track_running_stats=False), lambda part, x: part(x.mT)),
        "running averages",
        "",
    ),
    "lstm without bias": (wrapped(nn.LSTM(8, 6, bias=False, batch_first=True), first), "bias=False", ""),
    "lstm with projection": (wrapped(nn.LSTM(8, 6, proj_size=3, batch_first=True), first), "proj_size", ""),
    "time first": (wrapped(nn.GRU(8, 6), first), "batch_first=False", ""),
    "attention with zeros": (
        wrapped(nn.MultiheadAttention(8, 2, add_zero_attn=True, batch_first=True), attend),
        "add_zero_attn",
        "",
    ),
    "attention with bias_kv": (
        wrapped(nn.MultiheadAttention(8, 2, add_bias_kv=True, batch_first=True), attend),
        "add_bias_kv",
        "",
    ),
    "encoder with another activation": (
        nn.TransformerEncoderLayer(8, 2, 16, activation=F.elu, batch_first=True),
        "elu has no twin",
        "",
    ),
    "embedding with max_norm": (nn.Embedding(19, 8, max_norm=1.0), "max_norm", "int batch time"),
    "strided convolution": (wrapped(nn.Conv1d(8, 8, 3, 2), lambda part, x: part(x.mT)), "stride 1", ""),
    "shorter convolution": (wrapped(nn.Conv1d(8, 8, 3), lambda part, x: part(x.mT)), "as long as its", ""),
    "softmax over time": (nn.Softmax(1), "along the last axis", ""),
    "an activation with weights": (nn.PReLU(), "no layer computes it", ""),
    "weights that are computed": (
        nn.utils.parametrizations.weight_norm(nn.Linear(8, 8)),
        "not a parameter as it is",
        "",
    ),
    "a broadcast sum": (wrapped(nn.Linear(8, 1), lambda part, x: x + part(x)), "broadcast", ""),
    "a sum with turned axes": (
        wrapped(nn.Linear(8, 8), lambda part, x: part(x) + part(x).mT),
        "they are seen in different ways",
        "float batch 8 8",
    ),
    "a pattern of its own": (
        wrapped(
            nn.Identity(),
            lambda _, x: F.scaled_dot_product_attention(
                x, x, x, torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu()
            ),
        ),
        "another pattern",
        "",
    ),
}


def test_placeholders_of_equal_blocks_are_told_once() -> None:
    blocks = nn.Sequential(*(wrapped(nn.PReLU(), lambda part, x: part(x) + x) for _ in range(3)))
    done = imported(blocks, inputs=X)
    assert [each.node for each in done.unknown] == ["#wrapped.part"]


class Still(nn.Module):
    """Its first layer gets no gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Linear(8, 8), nn.Linear(8, 8)

    def forward(self, input: Tensor) -> Tensor:
        with torch.no_grad():
            input = self.first(input)
        return self.last(input)


def test_what_is_computed_without_gradients_is_told() -> None:
    (note,) = imported(Still(), inputs=X).notes
    assert note.startswith("test_refusals.py:")
    assert note.endswith(" computes without gradients, and here they flow; basic/detach stops them")


class Nameless(nn.Linear):
    """Takes whatever comes."""

    def forward(self, *inputs: Tensor) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]  # the fault
        return super().forward(*inputs)


def test_inputs_without_names_are_refused() -> None:
    with pytest.raises(ImportingError, match="nothing that has a name, and inputs of a graph have names"):
        imported(Nameless(8, 8))


def test_a_row_that_was_not_trained_is_told() -> None:
    embed = wrapped(nn.Embedding(19, 8, padding_idx=3), lambda part, x: part(x))
    done = imported(embed, inputs={"input": "int batch time"})
    assert done.difference == 0
    assert done.notes == ("row 3 of 'part' is not trained in the module (padding_idx), and is here",)


class Shifted(nn.Module):
    """Numbers that are no parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("scale", torch.rand(8))
        self.shift = torch.rand(8)

    def forward(self, input: Tensor) -> Tensor:
        return input * self.get_buffer("scale") + self.shift


def test_buffers_that_placeholders_read_are_kept_and_it_is_told_where_they_are_not() -> None:
    module = Shifted()
    done = imported(module, inputs=X)
    assert torch.equal(done.state_dict["mul.argument_1"], module.get_buffer("scale"))
    scaled, shifted = (each.why for each in done.unknown)
    assert scaled == "it is multiplied by a constant tensor, which no layer does"
    assert shifted.endswith("no layer does (and a tensor that it is given is no buffer, and is not kept)")


@pytest.mark.parametrize("name", MISSES)
def test_a_setting_without_a_twin_becomes_a_placeholder_with_its_weights(name: str) -> None:
    module, why, type_ = MISSES[name]
    outer = module if type(module).__name__ == "Wrapped" else wrapped(module, lambda part, x: part(x))
    done = imported(outer, inputs={"input": type_} if type_ else X)
    assert why in " ".join(each.why for each in done.unknown)
    assert done.difference is None
    kept = sum(each.numel() for each in done.state_dict.values())
    assert kept >= sum(each.numel() for each in outer.parameters())
    missing = [each for each in zoo.check(done.graph) if each.severity == "error"]
    assert {each.code for each in missing} == {"layer-missing"}
    with pytest.raises(GraphError, match="there is no layer"):
        done.graph.compile()


@pytest.mark.parametrize(
    ("part", "setting"),
    [
        (nn.LayerNorm(8, eps=1e-3), {"eps": 1e-3}),
        (nn.RMSNorm(8, eps=1e-6), {}),
        (nn.RMSNorm(8), {"eps": torch.finfo(torch.float64).eps}),
        (nn.GELU("tanh"), {"approximate": "tanh"}),
        (nn.Dropout(0.3), {"p": 0.3}),
        (nn.Linear(8, 3, bias=False), {"output": 3, "bias": False}),
    ],
)
def test_settings_are_taken_along(part: nn.Module, setting: dict[str, Any]) -> None:
    done = imported(wrapped(part, lambda part, x: part(x)), inputs=X)
    (node,) = done.graph.nodes.values()
    assert isinstance(node, Call)
    assert dict(node.settings) == setting


class Deciding(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.tanh() if x.sum() > 0 else x


class Looping(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        for _ in range(x.shape[1]):
            x = x.tanh()
        return x


class Celled(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.GRUCell(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros_like(x[:, 0])
        for step in range(x.shape[1]):
            h = self.cell(x[:, step], h)
        return h


class Writing(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x.tanh()
        y[:, 0] = 0
        return y


class Lengthy(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.tanh() if x.shape[1] < 6 else x.tanh().sigmoid()


class Evaluating(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.tanh() if self.training else x.sigmoid()


class Aliased(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x.tanh()
        part = y[:, 1:]
        y.mul_(2)
        return part


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (Deciding(), r"test_refusals\.py:\d+ decides by numbers in its inputs, and a graph has no decisions"),
        (Looping(), r"test_refusals\.py:\d+: .* other sizes of batch, time .a loop over time is a scan"),
        (Lengthy(), r"test_refusals\.py:\d+: what the module does depends on lengths"),
        (Celled(), r"test_refusals\.py:\d+: what the module does depends on lengths"),
        (Writing(), r"test_refusals\.py:\d+ writes into a part of a tensor, and a graph's tensors are never"),
        (Aliased(), r"test_refusals\.py:\d+ writes into a tensor that is also read otherwise"),
        (Evaluating(), "computes something in evaluation that it does not in training"),
    ],
    ids=lambda each: type(each).__name__ if isinstance(each, nn.Module) else "",
)
def test_what_is_no_graph_is_refused(module: nn.Module, message: str) -> None:
    with pytest.raises(ImportingError, match=message):
        import_module(module, inputs={"x": "float batch time 8"})


def test_a_part_that_decides_is_a_placeholder() -> None:
    class Whole(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.before, self.deciding, self.after = nn.Linear(8, 8), Deciding(), nn.Linear(8, 3)

        def forward(self, x: Tensor) -> Tensor:
            return self.after(self.deciding(self.before(x)))

    done = imported(Whole(), inputs={"x": "float batch time 8"})
    assert [*done.graph.nodes] == ["before", "deciding", "after"]
    (stranger,) = done.unknown
    assert stranger.node == "deciding"
    assert "decides by numbers in its inputs" in stranger.why


def test_inputs_that_nobody_can_guess_are_asked_for() -> None:
    class Odd(nn.Module):
        def forward(self, left: Tensor, right: Tensor) -> Tensor:
            return left.view(7, 3) @ right

    with pytest.raises(ImportingError, match=r'declare them, for example: --input "left: int'):
        import_module(Odd())
    for types, message in (
        ({"x": "float"}, "forward takes left, right, and no 'x'"),
        ({"left": "float batch time 3"}, "forward also needs 'right'; declare that, too: --input \"right: "),
        ({"left": "flaot batch"}, "input 'left': a type is"),
        ({"left": "float [batch]"}, "input 'left'"),
    ):
        with pytest.raises(ImportingError, match=message):
            import_module(Odd(), inputs=types)


def test_one_module_called_twice_is_reused_and_frozen_weights_come_along() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.part = Tagger()
            self.walk = nn.LSTM(8, 8, batch_first=True)
            self.walk.requires_grad_(False)

        def forward(self, x: Tensor) -> Tensor:
            y, _ = self.walk(x * math.pi)
            z, _ = self.walk(y)
            return z

    module = Twice()
    done = imported(module, inputs={"x": "float batch time 8"})
    assert [*done.graph.nodes] == ["scale", "walk", "walk_2"]
    assert not module.walk.weight_ih_l0.requires_grad  # what is given stays as it is
    walk = done.graph.nodes["walk"]
    assert isinstance(walk, Call)
    assert walk.freeze
    module.walk.requires_grad_()
    del module.part
    done = imported(module, inputs={"x": "float batch time 8"})
    x = torch.randn(3, 7, 8, dtype=torch.float64)
    compare(module, done, {"x": x}, {"x": x})


def test_frozen_weights_are_frozen_nodes_and_what_is_frozen_in_part_is_noted() -> None:
    class Deep(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(19, 8)
            layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
            self.layers = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
            self.own = nn.ModuleList(nn.Sequential(Own(), Own()) for _ in range(2))
            self.walk, self.head = nn.LSTM(8, 8, batch_first=True), nn.Linear(8, 3)

        def forward(self, tokens: Tensor) -> Tensor:
            x = self.layers(self.embed(tokens))
            for each in self.own:
                x = each(x)
            return self.head(self.walk(x)[0])

    class Own(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two = nn.Linear(8, 8), nn.Linear(8, 8)

        def forward(self, x: Tensor) -> Tensor:
            return self.two(self.one(x).tanh())

    module = Deep()
    for part in ("embed", "layers", "own.0", "own.1.0.one", "walk"):
        module.get_submodule(part).requires_grad_(False)
    module.head.bias.requires_grad_(False)
    done = import_module(module, inputs={"tokens": "int batch time"})
    assert done.notes == (
        "'head.bias' was frozen, and can learn here with the rest of the node: a graph freezes whole nodes",
    )
    model = done.graph.compile()
    frozen = sum(each.numel() for each in model.parameters() if not each.requires_grad)
    gone = 2 * 32  # of the two biases of an LSTM one is left; and 3 of the head learn
    assert (
        frozen == sum(each.numel() for each in module.parameters() if not each.requires_grad) - gone // 2 - 3
    )
    assert {type(node).__name__ for node in done.graph.nodes.values() if getattr(node, "freeze", False)} == {
        "Call",
        "Repeat",
    }


def test_arguments_of_another_kind_are_refused_and_unused_parts_noted() -> None:
    for module, message in ((Tagger, "not the class Tagger; make one of it"), (3, "not an int")):
        with pytest.raises(ArgumentError, match=f"'module' must be an nn.Module, {message}"):
            import_module(module)  # pyright: ignore[reportArgumentType]  # that is the test
    with pytest.raises(ArgumentError, match="'examples' must be a list of tensors"):
        import_module(Tagger(), examples=[5])  # pyright: ignore[reportArgumentType]  # that is the test
    tagger = Tagger()
    tagger.spare = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    done = import_module(tagger, inputs={"tokens": "int batch time"})
    assert done.notes == ("'spare' of the module is not used by forward, and left out",)


def test_weights_that_are_no_numbers_are_told() -> None:
    module = nn.Linear(8, 3)
    nn.init.constant_(module.weight, math.nan)
    with pytest.raises(ImportingError, match=r"the weight 'linear\.weight' holds NaN or infinite numbers"):
        import_module(module, inputs=X)


class Affine(nn.Module):
    """A linear map as it is written by hand."""

    def __init__(self, scale: bool, *, again: bool = False) -> None:
        super().__init__()
        self.w, self.b = nn.Parameter(torch.randn(8, 6)), nn.Parameter(torch.randn(6))
        self.g = nn.Parameter(torch.randn(6)) if scale else None
        self.again = again

    def forward(self, x: Tensor) -> Tensor:
        product = x @ self.w
        out = product + self.b
        if self.again:
            return out + product
        return out if self.g is None else out * self.g


def test_a_product_and_a_vector_are_a_linear_map() -> None:
    module = Affine(scale=False)
    done = imported(module, inputs={"x": "float batch time 8"})
    (node,) = done.graph.nodes.values()
    assert isinstance(node, Call)
    assert dict(node.settings) == {"output": 6}
    assert done.difference is not None
    assert done.difference < 1e-6
    scaled = import_module(Affine(scale=True), inputs={"x": "float batch time 8"})
    assert [each.why for each in scaled.unknown] == [
        "it is multiplied by a weight, number by number, which no layer does alone"
    ]
    twice = import_module(Affine(scale=False, again=True), inputs={"x": "float batch time 8"})
    assert [each.why for each in twice.unknown] == ["no layer gives a product before its bias"]
