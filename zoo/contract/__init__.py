"""The layer contract: a layer is a typed ``nn.Module``, fully described by its type hints.

    @layer("norm/rms_norm")
    class RMSNorm(nn.Module):
        "Divide by the root mean square over the last axis, then scale: x / rms(x) · w."

        def __init__(self, dim: Positive, eps: float = 1e-6) -> None: ...

        def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]: ...

* The positional parameters of ``forward`` are the **input ports**. ``X | None = None`` makes a port optional;
  ``*xs: X`` is a variadic port, and must come last.
* The return type gives the **output ports**: a tensor is the port ``out``; a NamedTuple is one port per
  field. A field ``X | None`` is computed on demand, when a keyword-only bool of the same name requests it:
  ``*, weights: bool = False``.
* The parameters of ``__init__`` are the **settings**. The layer stores each setting that its axes refer to
  as an attribute of the same name.
* Output shapes that hints cannot express are computed by a static method ``shapes(settings, inputs)``, which
  returns them as a mapping.
* A layer that can process a sequence in pieces has ``initial_state`` and ``step``
  (``zoo.contract.streaming``).
* A layer can do work that does not change in a loop once: ``prepare`` (``zoo.contract.preparing``).
* A cell can compute all steps of a loop at once: ``fused`` (``zoo.contract.fusing``).
* A layer whose steps depend on later ones declares along which axes: ``sees_ahead`` (``zoo.contract.ahead``).
* A later version can convert the settings of earlier ones: ``migrate`` (``zoo.contract.migrating``).
* A layer can declare its role in a residual stack: ``role`` (``zoo.contract.roles``).

The decorator ``layer`` reads a class once, when it is defined, and attaches a ``LayerSpec`` to it as
``__zoo_spec__``. A class that breaks the contract raises a LayerError that names the class, the parameter and
the remedy.

    reading.py    the decorator: from a class to its spec
    ports.py      forward: inputs, outputs, flags
    hints.py      one type hint: dtype and axes
    settings.py   __init__: a strict pydantic model
    axes.py       which axis sizes follow from which
    streaming.py  initial_state and step: a sequence in pieces
    preparing.py  prepare: work done once per loop
    fusing.py     fused: all steps of a cell at once
    ahead.py      sees_ahead: steps that depend on later ones
    migrating.py  migrate: settings of earlier versions
    roles.py      role: a norm or a sum in a residual stack
    showing.py    extra_repr: how print(model) shows a layer
"""

from zoo.contract.reading import layer, read

__all__ = ["layer", "read"]
