"""Whether a node can be streamed: by its forward, by a step with a state, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zoo.checker.flows import Cause
from zoo.checker.future import remedy
from zoo.checker.resolution import LayerUse, ScanUse
from zoo.compiler.step.axis import PIECE, named
from zoo.compiler.step.body import Refused
from zoo.graph import Scan
from zoo.spec import TensorType


@dataclass(frozen=True, slots=True)
class Arrival:
    """What comes to a port: whether it depends on the stream, and where it has the stream's axis."""

    port: str
    moving: bool
    places: tuple[int, ...]
    type: TensorType | None

    @property
    def runs(self) -> bool:
        """Whether it comes in pieces. What depends on the stream otherwise is a result so far."""
        return self.moving and bool(self.places)


def layer_steps(use: LayerUse, arrivals: Sequence[Arrival], axis: str) -> bool:
    """Whether a layer goes on by its ``step``, and not by its ``forward``; Refused where neither will do."""
    spec = use.spec
    running = {each.port: _names(use, each) for each in arrivals if each.runs}
    if not running:
        return False
    if any(names & use.ahead for names in running.values()):
        wired = frozenset(each.port for each in arrivals)
        raise Refused(
            f"a stream has no later steps yet, and {spec.id} lets a step of '{axis}' see later ones",
            remedy(Cause((), "", (), use, wired)),
        )
    if spec.pointwise:
        for port, names in running.items():
            if names != {""}:
                raise Refused(
                    f"{spec.id} mixes what it finds along the last axis of '{port}', and that is '{axis}'",
                    "use a layer that goes from step to step",
                )
        return False
    if not spec.streams:
        raise Refused(
            f"{spec.id} has no step, by which it would take '{axis}' in pieces",
            "use a layer that streams (zoo layers shows which do), or call the model",
        )
    for each in arrivals:
        _check_port(use, each, axis)
    return True


def _check_port(use: LayerUse, each: Arrival, axis: str) -> None:
    spec = use.spec
    if each.moving and not each.runs:
        raise Refused(
            f"'{each.port}' of {spec.id} depends on all of '{axis}', which is never all there",
            "wire what comes step by step, or what does not depend on the stream",
        )
    if each.runs and (each.port not in spec.pieces or each.places[0] != PIECE):
        raise Refused(
            f"{spec.id} takes '{each.port}' whole, when the stream begins, and it comes along '{axis}'",
            "wire what does not depend on the stream",
        )
    if not each.moving and each.port not in spec.whole:
        raise Refused(
            f"{spec.id} takes '{each.port}' in pieces along '{axis}', and it is the same for the whole "
            "stream",
            "wire what comes step by step",
        )


def _names(use: LayerUse, each: Arrival) -> set[str]:
    """What the layer calls the axes along which the stream runs."""
    assert each.type is not None
    return named(use.spec.inputs[each.port], each.places, len(each.type.shape))


def scan_steps(scan: Scan, use: ScanUse, arrivals: Sequence[Arrival], axis: str, walked: bool) -> bool:
    """Whether a scan goes on from the state that it is in (and is not a result so far); Refused where it
    cannot. ``walked`` says that it walks over the axis of the stream.
    """
    if not any(each.runs for each in arrivals):
        return False
    if not walked:
        raise Refused(
            f"it walks over '{scan.over}', and what it reads runs along '{axis}'",
            f"walk over '{axis}', or call the model",
        )
    if scan.reverse and scan.state:
        cause = Cause((), "", (), use)
        raise Refused(
            f"a scan that walks from the end begins where '{axis}' has not come to yet", remedy(cause)
        )
    for each in arrivals:
        if each.moving and each.port in scan.const:
            raise Refused(
                f"every step of a scan sees its const '{each.port}' whole, and it depends on later '{axis}'",
                "cut it into steps (each), or wire what does not depend on the stream",
            )
        if each.moving and each.port in scan.state:
            raise Refused(
                f"the state '{each.port}' starts from what depends on all of '{axis}'",
                "start it from what does not depend on the stream",
            )
    return True
