"""One forward pass in which every node is watched: what each gave, step by step where it is in a loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import torch
from torch import Tensor, nn

from zoo import arguments
from zoo.probing.cells import with_cells
from zoo.probing.sites import Axes, Path, Site, axes_of, sequences
from zoo.probing.subject import Subject
from zoo.probing.watching import Call, Run, Values, Watch, hooking
from zoo.probing.wires import Recording, Wire
from zoo.spec import LayerSpec


def record(
    subject: Subject,
    inputs: Mapping[str, Tensor] | None = None,
    *,
    asked: bool = False,
    copied: bool = False,
) -> Recording:
    """Run the model once and keep what went through every wire, for gradients where these are on.

    With ``asked``, layers also give what they compute on demand, as attention its weights. With ``copied``,
    what a node gives is a copy: a gradient there is that of other nodes alone, and not of what the node
    itself made of it, as an LSTM cell makes h of c.
    """
    subject = arguments.instance(subject, Subject, "subject", "zoo.probing.subject makes one")
    given = {name: _leaf(x) for name, x in (subject.inputs if inputs is None else inputs).items()}
    places = modules(subject)
    known = [site for site in with_cells(subject, places) if site.module in places]
    watch = Watch()
    with hooking() as hook:
        for begin in dict.fromkeys(site.inner.begin for site in known if site.inner is not None):
            hook(places[begin]).register_forward_pre_hook(watch.enters(begin))
            hook(places[begin]).register_forward_hook(watch.left)
        for site in {site.module: site for site in known}.values():
            module = places[site.module]
            if asked and site.asked:
                hook(module).register_forward_pre_hook(_asking(site), with_kwargs=True)
            if copied:
                hook(module).register_forward_hook(_copy)
            hook(module).register_forward_hook(watch.took(site.module, _ports(subject, module)))
        outputs = subject.outputs(given)
    return _put_together(subject, given, outputs, watch, known)


def modules(subject: Subject) -> dict[Path, nn.Module]:
    """The modules of a model by the path of their node."""
    unit = subject.model.__zoo_unit__
    named = cast("Iterator[tuple[str, nn.Module]]", subject.model.named_modules())
    return {unit.nodes_of(name): module for name, module in named}


def _leaf(x: Tensor) -> Tensor:
    return x.detach().requires_grad_() if x.is_floating_point() and torch.is_grad_enabled() else x


def _copy(_: nn.Module, __: Any, result: Any) -> Any:
    if isinstance(result, Tensor):
        return result.view_as(result)
    return type(result)(*(x.view_as(x) if isinstance(x, Tensor) else x for x in result))


def _asking(site: Site) -> Callable[..., Any]:
    flags = dict.fromkeys(site.asked, True)

    def ask(_: nn.Module, given: Any, named: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
        return given, {**named, **flags}

    return ask


def _ports(subject: Subject, module: nn.Module) -> Callable[[Any], Values]:
    """What makes of the value that a module returns its outputs by port."""
    spec: LayerSpec | None = getattr(type(module), "__zoo_spec__", None)
    if spec is not None:
        names = list(spec.outputs)
        return lambda result: (
            {names[0]: result} if isinstance(result, Tensor) else dict(zip(names, result, strict=True))
        )
    fields = subject.model.__zoo_unit__.written[type(module).__name__].callee.outputs
    return lambda result: {
        port: result if name is None else getattr(result, name) for port, name in fields.items()
    }


def _put_together(
    subject: Subject,
    given: Mapping[str, Tensor],
    outputs: Mapping[str, Tensor],
    watch: Watch,
    known: Sequence[Site],
) -> Recording:
    root, along = subject.resolution.root, sequences(subject.resolution)
    wires: dict[str, Wire] = {}
    for name, x in given.items():
        if x.is_floating_point():
            axes = axes_of(root.inputs[name], root.values)
            wires[name] = Wire(name, "input", (), axes, (x,), _first(axes, along))
    for site, runs in _shared_out(known, watch.calls):
        for wire in _wires(site, runs, along):
            wires[wire.name] = wire
    carried: dict[str, tuple[str, ...]] = {}
    at = {site.path: site for site in known}
    for site in known:  # what a repeat gives is what its last layer does
        if site.path[-1].isdigit():
            at[site.path[:-1]] = site
    for walk in (site.inner for site in known if site.inner is not None):
        states: list[str] = []
        for state, (inner, port) in walk.states.items():
            made = wires.get(at[inner].wire(port)) if inner in at else None
            if made is None:
                continue
            name = made.name if inner == walk.path else ".".join([*walk.path, state])
            if name in wires and wires[name].steps and name != made.name:
                name = made.name  # a node inside has the name of the state
            wires[name] = replace(made, name=name, state=True)
            states.append(name)
        if states:
            carried[".".join(walk.path)] = tuple(states)
    return Recording(outputs, wires, carried, tuple(known))


def _first(axes: Axes, along: Sequence[str]) -> str | None:
    return next((axis for axis in axes if axis in along), None)


def _shared_out(
    known: Sequence[Site], calls: Mapping[Path, Sequence[Call]]
) -> Iterator[tuple[Site, list[list[Values]]]]:
    """Each site with its calls, run by run of the loop that it is in (without a loop: one run of one call).

    Sites that share a module (a node applied again, the layers of a shared repeat) take turns at its calls:
    each is called once in every step of a loop. Loops that share a module take turns at its runs.
    """
    groups: dict[tuple[Path, Path | None], dict[Path | None, list[Site]]] = {}
    for site in known:
        begin, loop = (site.walk.begin, site.walk.path) if site.walk else (None, None)
        groups.setdefault((site.module, begin), {}).setdefault(loop, []).append(site)
    for (module, begin), loops in groups.items():
        runs: dict[Run | None, list[Values]] = {}
        for run, values in calls[module]:
            if (run and run[0]) == begin:
                runs.setdefault(run, []).append(values)
        for turn, sharers in enumerate(loops.values()):
            for place, site in enumerate(sharers):
                found = [run[place :: len(sharers)] for run in [*runs.values()][turn :: len(loops)]]
                if found and all(found):
                    yield site, found


def _wires(site: Site, runs: Sequence[Sequence[Values]], along: Sequence[str]) -> Iterator[Wire]:
    """The wires of one application of a node, one for each output of floats."""
    walk = site.walk
    calls = [values for run in runs for values in run]
    for port in calls[0]:
        tensors = tuple(values[port] for values in calls if isinstance(values[port], Tensor))
        axes = site.axes.get(port)
        if axes is None or len(tensors) < len(calls) or not tensors[0].is_floating_point():
            continue
        made = Wire(site.wire(port), site.what, site.path, axes, tensors, _first(axes, along))
        yield (
            made
            if walk is None
            else replace(made, axis=walk.axis, steps=True, reverse=walk.reverse, runs=len(runs))
        )
