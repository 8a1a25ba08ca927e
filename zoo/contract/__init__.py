"""The layer contract: a layer is a typed ``nn.Module``, and its type hints say all we need to know.

    @layer("norm/rms_norm")
    class RMSNorm(nn.Module):
        "Divide by the root mean square over the last axis, then scale: x / rms(x) · w."

        def __init__(self, dim: Positive, eps: float = 1e-6) -> None: ...

        def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]: ...

* ``forward``'s positional parameters are the **input ports**. ``X | None = None`` makes one optional; ``*xs:
  X`` is a variadic port, and comes last.
* The return type is the **output ports**: a tensor is the port ``out``, a NamedTuple is one port per field. A
  field ``X | None`` is computed on demand, asked for by a keyword-only bool of its name: ``*, weights: bool =
  False``.
* ``__init__``'s parameters are the **settings**; the layer keeps those that its axes name under their own
  name.
* What a hint cannot say, a static method ``shapes(settings, inputs)`` says: the output shapes as a mapping.
* A layer that can take a sequence in pieces has ``initial_state`` and ``step`` (``zoo.contract.streaming``).
* A layer can work once on inputs that stay the same through a loop: ``prepare`` (``zoo.contract.preparing``).
* A cell can take all steps of a loop at once: ``fused`` (``zoo.contract.fusing``).
* A layer that lets a step see later ones says along which axes: ``sees_ahead`` (``zoo.contract.ahead``).
* A later version may read the settings of earlier ones: ``migrate`` (``zoo.contract.migrating``).
* A layer may say what it is in a residual stack: ``role`` (``zoo.contract.roles``).

``layer`` reads a class once, when it is defined, and attaches a ``LayerSpec`` to it as ``__zoo_spec__``. It
refuses a class that breaks the contract, with a LayerError that names class, parameter and remedy.

    reading.py    the decorator: from a class to its spec
    ports.py      forward: inputs, outputs, flags
    hints.py      one type hint: dtype and axes
    settings.py   __init__: a strict pydantic model
    axes.py       which axis gives which its size
    streaming.py  initial_state and step: a sequence in pieces
    preparing.py  prepare: work done once for a whole loop
    fusing.py     fused: all steps of a cell at once
    ahead.py      sees_ahead: steps that see later ones
    migrating.py  migrate: settings of earlier versions
    roles.py      role: a norm or a sum in a residual stack
    showing.py    extra_repr: what print(model) shows of a layer
"""

from zoo.contract.reading import layer, read

__all__ = ["layer", "read"]
