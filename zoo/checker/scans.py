"""Resolving scans: the types of a step, of the states, and of the stacked and final outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from zoo.checker import masks
from zoo.checker.findings import TreePath
from zoo.checker.frame import Frame
from zoo.checker.known import Known
from zoo.checker.layers import Types
from zoo.checker.local import is_open
from zoo.checker.mentions import wires
from zoo.checker.plan import DEEPEST
from zoo.checker.resolution import ScanUse
from zoo.checker.scan_inputs import Taken, cut_axes, step_mask, without_axis
from zoo.checker.site import Site
from zoo.checker.targets import default_output
from zoo.checker.wiring import read
from zoo.errors import SizeError, did_you_mean
from zoo.graph import Learned, Ref, Scan, Zeros
from zoo.sizes import Size, expression, names
from zoo.spec import TensorType


def use_scan(
    site: Site, scan: Scan, home: Frame, name: str, taken: Taken
) -> tuple[ScanUse | None, Types, Mapping[str, bool]]:
    """Resolve one use of the scan ``name`` of the body ``home``.

    Returns the use (None if the body cannot be entered), the types of the outputs, and which are on demand.
    """
    session, plan = site.frame.session, home.plan.inner[name]
    plans = [*(frame.plan for frame in home.chain()), plan]
    demanded = {out: session.demanded(home.home, home.file, plans, ref) for out, ref in scan.stack.items()}
    demanded.update(dict.fromkeys(scan.final, False))
    body = (id(scan),)
    if body in session.entered:
        site.report(
            "reuse-cycle", f"'{name}' would be applied inside itself", "reuse another node", at=("reuse",)
        )
        return None, dict.fromkeys(demanded), demanded
    if len(session.entered) >= DEEPEST:
        site.report("graph-depth", f"blocks and scans lie {DEEPEST} deep at most", "use blocks side by side")
        return None, dict.fromkeys(demanded), demanded

    cut = cut_axes(site, scan, taken)
    mask = step_mask(site, scan, taken) if cut else None
    inner = home.inside(plan, name)
    inner.twins = site.twin.scope.nodes if isinstance(site.twin, ScanUse) else {}
    _declare(inner, scan, taken, cut)
    demand = frozenset(out for out, wanted in demanded.items() if wanted)
    asked = site.frame.asked(site.name, demand, default_output(demanded))
    live = {out: ref for out, ref in scan.stack.items() if out not in demand or out in asked}
    with session.inside(body):
        scope = session.resolve(inner, live)
    final = {out: state for out, state in scan.final.items() if state in scan.state}
    walked = next(
        ((axis, type_.shape[axis]) for name, axis in cut.items() if (type_ := taken.types[name])), None
    )
    next_ = check_next(inner, scan, mask)
    types = _outputs(inner, scan, scope.types, walked, mask)
    site.frame.findings += [finding.under(site.path) for finding in inner.findings]
    known = {out: type_ for out, type_ in types.items() if type_ is not None}
    position = None if mask is None else mask[1]
    return ScanUse(scope, cut, walked[0] if walked else 0, next_, final, known, position), types, demanded


def _declare(inner: Frame, scan: Scan, taken: Taken, cut: Mapping[str, int]) -> None:
    """Declare each, state and const in the frame of the body."""
    for name in scan.each:
        type_ = taken.types.get(name)
        inner.names[name] = Known(
            Ref(name), without_axis(type_, cut[name]) if type_ and name in cut else None
        )
    for name, start in scan.state.items():
        type_ = taken.types.get(name) if isinstance(start, Ref) else _start(inner, name, start)
        inner.names[name] = Known(Ref(name), type_)
    for name in scan.const:
        optional, absent = name in taken.optional, name in taken.absent
        inner.names[name] = Known(Ref(name), taken.types.get(name), optional=optional, absent=absent)
    inner.masks = masks.candidates(inner)


def _start(inner: Frame, name: str, start: Zeros | Learned) -> TensorType | None:
    """The type of a state that starts as zeros or learned."""
    axes = inner.axes()
    shape: list[Size] | None = []
    for axis in start.shape:
        try:
            size = inner.axis(axis)
        except SizeError as error:
            inner.report("size-value", str(error), at=("state", name), origin=inner.origin(error))
            shape = None
            continue
        strangers = [word for word in names(axis) if not word.startswith("$") and word not in axes]
        for word in strangers if not inner.session.dropped else ():
            hint = did_you_mean(word, axes)
            message = f"'{word}' is no axis of an input here{hint}"
            remedy = "axes come from the types of inputs; sizes are numbers or $params"
            origin = ("axis", inner.file, inner.chain()[0].tree, word)
            inner.report("axis-unknown", message, remedy, at=("state", name), origin=origin)
        unmeasured = [word for word in names(axis) if word in axes and not inner.measured(word)]
        for word in unmeasured if not inner.session.dropped else ():
            message = f"the size of '{word}' follows from no input that is always there"
            origin = ("axis", inner.file, inner.chain()[0].tree, word)
            remedy = f"give an input that has '{word}' as an axis, and is not optional"
            inner.report("axis-unknown", message, remedy, at=("state", name), origin=origin)
        shape = None if strangers or unmeasured or shape is None else [*shape, size]
    return None if shape is None else TensorType("float", tuple(shape))


def check_next(inner: Frame, scan: Scan, mask: tuple[TensorType, int] | None) -> dict[str, Ref]:
    """Resolve the value of each state for the following step, which must keep its type."""
    site, found = Site(inner), dict[str, Ref]()
    for name, ref in scan.next.items():
        at: TreePath = ("next", name)
        found[name], type_, known = read(site, ref, at)
        if known is not None and known.optional:
            inner.report(
                "wire-optional", f"the state '{name}' would become '{ref}', which may be missing", at=at
            )
        before = inner.names[name].type if name in scan.state else None
        if before is None:
            continue
        if type_ is not None and (reason := _difference(inner, before, type_)):
            _keeps_no_type(inner, scan, name, before, type_, reason)
        elif mask is not None and not _leads(inner, mask[0], before):
            _unmaskable(inner, name, before, mask[0], ("state", name))
    return found


def _keeps_no_type(
    inner: Frame, scan: Scan, name: str, before: TensorType, after: TensorType, reason: str
) -> None:
    """Report a state that changes its type: at its start, if its readers do not fit either, else at next."""
    start, at, remedy = scan.state[name], ("next", name), ""
    places = {
        (*inner.tree, "nodes", reader, *place)
        for reader, node in scan.nodes.items()
        for place, ref in wires(node)
        if ref.node == name
    }
    others = [found for found in inner.findings if found.code != "wire-shape" or found.at not in places]
    if isinstance(start, Zeros | Learned) and len(others) < len(inner.findings):
        inner.findings[:] = others
        inner.names[name] = Known(Ref(name), None)  # readers of the final state are not at fault
        at, known = ("state", name), not any(map(is_open, map(inner.ground, after.shape)))
        remedy = f"write '{replace(start, shape=tuple(map(expression, after.shape)))}'" if known else ""
    message = (
        f"the state '{name}' is {inner.words(before)} at the start and {inner.words(after)} "
        "after a step, and a state keeps its type"
    )
    origin = ("scan-state", inner.file, inner.tree, reason)
    inner.report("scan-state", message, remedy, at=at, origin=origin)


def _difference(frame: Frame, before: TensorType, after: TensorType) -> str:
    """The first difference of two types, which identifies a mistake that several states share."""
    if before.dtype != after.dtype or len(before.shape) != len(after.shape):
        return f"{before} {after}"
    pairs = zip(before.shape, after.shape, strict=True)
    return next((f"{left} {right}" for left, right in pairs if not frame.same(left, right)), "")


def _leads(frame: Frame, mask: TensorType, type_: TensorType) -> bool:
    return len(mask.shape) <= len(type_.shape) and all(map(frame.same, mask.shape, type_.shape))


def _unmaskable(inner: Frame, name: str, type_: TensorType, mask: TensorType, at: TreePath) -> None:
    axes = f"does not begin with the axes of a step's mask, {inner.words(mask)}"
    message = f"'{name}' is {inner.words(type_)}, which {axes}"
    inner.report("scan-mask", message, at=at, origin=("scan-mask", inner.file, inner.tree))


def _outputs(
    inner: Frame,
    scan: Scan,
    steps: Types,
    walked: tuple[int, Size] | None,
    mask: tuple[TensorType, int] | None,
) -> dict[str, TensorType | None]:
    types: dict[str, TensorType | None] = {}
    for name in scan.stack:
        step = types[name] = steps.get(name)
        if step is None:
            continue
        types[name] = None
        if walked is None:
            continue
        axis, size = walked
        if axis > len(step.shape):
            message = f"'{name}' is {inner.words(step)} in a step, and steps are stacked along axis {axis}"
            inner.report(
                "scan-output", message, "keep the axes that stand before the walked one", at=("stack", name)
            )
            continue
        types[name] = TensorType(step.dtype, (*step.shape[:axis], size, *step.shape[axis:]))
        if mask is not None and not _leads(inner, mask[0], step):
            _unmaskable(inner, name, step, mask[0], ("stack", name))
    for name, state in scan.final.items():
        types[name] = inner.names[state].type if state in scan.state else None
    return types
