"""The inputs of a scan: its wires, the axis along which they are split, and the mask."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from zoo.checker import masks
from zoo.checker.findings import TreePath, its, listed
from zoo.checker.frame import Frame
from zoo.checker.local import is_open
from zoo.checker.resolution import MASK
from zoo.checker.site import Site
from zoo.checker.targets import sole
from zoo.checker.wiring import read
from zoo.errors import did_you_mean
from zoo.graph import Ref, Scan, Wire
from zoo.sizes import symbol
from zoo.spec import TensorType

Entry: TypeAlias = tuple[str, Ref, TreePath]
"""A name inside a scan (the mask under MASK), what it reads, and its place in the document."""


@dataclass(slots=True)
class Taken:
    """The inputs of a scan by name (the mask under MASK): wires, unsplit types, places in the document.

    A name that reads an optional input is ``optional``, and ``absent`` if this use leaves the input out.
    """

    inputs: dict[str, Ref] = field(default_factory=dict[str, Ref])
    types: dict[str, TensorType | None] = field(default_factory=dict[str, "TensorType | None"])
    places: dict[str, TreePath] = field(default_factory=dict[str, TreePath])
    optional: set[str] = field(default_factory=set[str])
    absent: set[str] = field(default_factory=set[str])


def take(site: Site, entries: Iterable[Entry], whole: Collection[str]) -> Taken:
    """Resolve the wires of ``entries``; only names in ``whole`` (const, mask) may read optional inputs."""
    taken = Taken()
    for name, ref, at in entries:
        taken.inputs[name], type_, known = read(site, ref, at)
        taken.places[name] = at
        taken.types[name] = type_
        if known is not None and known.optional:
            if name in whole:
                taken.optional.add(name)
            else:
                message = f"'{name}' is required, and '{ref.node}' is optional, so it may be missing"
                remedy = f"make '{ref.node}' an input that is not optional"
                site.report("wire-optional", message, remedy, at=at)
        if known is not None and known.absent:
            taken.types[name] = None
            taken.absent.add(name)
    return taken


def wired(scan: Scan) -> list[Entry]:
    """What a scan reads at its own place."""
    entries: list[Entry] = []
    for part, refs in (("each", scan.each), ("state", scan.state), ("const", scan.const)):
        entries += [(name, ref, ("scan", part, name)) for name, ref in refs.items() if isinstance(ref, Ref)]
    if scan.mask is not None:
        entries.append((MASK, scan.mask, ("scan", "mask")))
    return entries


def rewired(site: Site, name: str, scan: Scan, inputs: Mapping[str, Wire]) -> list[Entry]:
    """What a scan reads where it is reused: its ports are each, const and states that start from a wire."""
    required = [
        *scan.each,
        *(key for key, start in scan.state.items() if isinstance(start, Ref)),
        *scan.const,
    ]
    free = {
        **{key: key for key in required},
        **({"mask": MASK} if scan.mask and "mask" not in required else {}),
    }
    entries: list[Entry] = []
    failed: list[str] = []
    for written, wire in inputs.items():
        port, at = written or sole(required) or "", ("in", written)
        if not isinstance(wire, Ref):
            site.report(
                "wire-list", f"the inputs of '{name}' take one wire each, got a list", at=at, port=port
            )
        elif not port:
            message = f"'{name}' has the inputs {listed(free)}, and the wire does not say which"
            site.report("port-choice", message, "name them: in: {x: …}", at=at)
        elif port not in free:
            hint = did_you_mean(port, free)
            remedy = "" if hint else its("inputs", free)
            site.report("port-unknown", f"'{name}' has no input '{port}'{hint}", remedy, at=at, key=True)
        else:
            entries.append((free[port], wire, at))
            continue
        failed.append(written)
    wired = {entry[0] for entry in entries}
    for port in required:
        if port not in wired and not failed:
            message = f"the input '{port}' of '{name}' is not wired"
            site.report("port-missing", message, f"write in: {{{port}: …}}", at=("in",), key=True, port=port)
    return entries


def cut_axes(site: Site, scan: Scan, taken: Taken) -> dict[str, int]:
    """The position of the scanned axis in each input that is split."""
    whole = {name: type_ for name in scan.each if (type_ := taken.types.get(name)) is not None}
    places = {name: _positions(site.frame, type_, scan.over) for name, type_ in whole.items()}
    if whole and not any(places.values()):
        axes = {site.frame.word(size) for type_ in whole.values() for size in type_.shape}
        hint = did_you_mean(scan.over, [axis for axis in axes if axis.isidentifier()])
        first = next(iter(whole))
        came = f"'{first}' is {site.frame.words(whole[first])}"
        message = f"no input of this scan has the axis '{scan.over}'{hint}: {came}"
        if not any(_open(site.frame, type_) for type_ in whole.values()):
            site.report(
                "scan-axis", message, "name an axis that each input in 'each' has", at=("scan", "over")
            )
        return {}
    cut: dict[str, int] = {}
    for name, found in places.items():
        if len(found) == 1:
            cut[name] = found[0]
            continue
        if _open(site.frame, whole[name]):
            continue
        times = (
            f"has the axis '{scan.over}' {len(found)} times"
            if found
            else f"has no axis '{scan.over}' to walk over"
        )
        site.report(
            "scan-axis", f"'{name}' is {site.frame.words(whole[name])}, which {times}", at=taken.places[name]
        )
    return cut


def _open(frame: Frame, type_: TensorType) -> bool:
    return any(is_open(frame.ground(size)) for size in type_.shape)


def _positions(frame: Frame, type_: TensorType, over: str) -> list[int]:
    walked = symbol(over)
    found = [index for index, size in enumerate(type_.shape) if size == walked]
    if not found:
        ground = frame.ground(walked)
        found = [index for index, size in enumerate(type_.shape) if frame.ground(size) == ground]
    return found


def step_mask(site: Site, scan: Scan, taken: Taken) -> tuple[TensorType, int] | None:
    """The type of one step of the mask, and the position of the scanned axis in the mask."""
    type_ = taken.types.get(MASK)
    if type_ is None:
        if MASK not in taken.inputs:
            _warn(site, scan, taken)
        return None
    found = _positions(site.frame, type_, scan.over)
    if type_.dtype != "bool" or len(found) != 1:
        message = f"a mask is bool, with the axis '{scan.over}' once, got {site.frame.words(type_)}"
        site.report("scan-mask", message, at=taken.places[MASK])
        return None
    return without_axis(type_, found[0]), found[0]


def _warn(site: Site, scan: Scan, taken: Taken) -> None:
    for name in scan.each:
        type_ = taken.types.get(name)
        found = _positions(site.frame, type_, scan.over) if type_ else []
        if type_ and found:
            mask = masks.fitting(site.frame, type_.shape[: found[0] + 1])
            if mask is not None:
                masks.report(site, mask, "mask", ("scan",), f"mask: {mask}")
            return


def without_axis(type_: TensorType, axis: int) -> TensorType:
    """A type without one axis: that of a single step."""
    return TensorType(type_.dtype, (*type_.shape[:axis], *type_.shape[axis + 1 :]))
