"""Open axes: the axes of a graph's inputs whose sizes are known only at run time."""

from __future__ import annotations

from collections.abc import Mapping

from zoo.arguments import whole
from zoo.checker.resolution import Resolution
from zoo.errors import ZooError, did_you_mean
from zoo.sizes import substitute


def open_axes(resolution: Resolution) -> tuple[str, ...]:
    """The axes of the graph's inputs whose size is known only at run time."""
    shapes = [type.shape for type in resolution.root.inputs.values() if type]
    sizes = [substitute(size, resolution.root.values) for shape in shapes for size in shape]
    return tuple(dict.fromkeys(name for size in sizes if not isinstance(size, int) for name in size.atoms()))


def check_sizes(resolution: Resolution, sizes: Mapping[str, int]) -> None:
    """Raise ZooError if an open axis of the inputs has no size, or a size belongs to no open axis."""
    wanted = open_axes(resolution)
    for name in sizes:
        if name not in wanted:
            raise ZooError(
                f"a size is for an axis of the inputs, and '{name}' is not one{did_you_mean(name, wanted)}; "
                f"the axes are {', '.join(wanted) or 'all of known size'}"
            )
    for name in wanted:
        if name in sizes:
            whole(sizes[name], name, 0)
        else:
            raise ZooError(f"every axis of the inputs has a size, and '{name}' has none; give {name}=32")
