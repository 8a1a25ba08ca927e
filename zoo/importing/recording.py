"""Running a module once, and recording what it does as a graph.

Every PyTorch function that is called is intercepted, and becomes a node if a layer computes it. A user's
module becomes a block, a PyTorch module the nodes of its functions, and anything unknown a placeholder. Axes
have sizes that no weight has, so that a shape reveals the meaning of a number.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from zoo.errors import ImportingError
from zoo.graph import Ref
from zoo.importing.calling import argument_names, check_hooks, ruled
from zoo.importing.deciding import Decided, check_in_place, check_look
from zoo.importing.declaring import run
from zoo.importing.drawing import Drawing
from zoo.importing.folding import closed
from zoo.importing.functions import ALIASES
from zoo.importing.modules import MODULES, TRANSPARENT
from zoo.importing.naming import kind, plain_name, where
from zoo.importing.programs import ATTENTION, amplified, attention_again, first_tensor
from zoo.importing.scope import Scope, tensors
from zoo.importing.seen import Seen, Unknown
from zoo.importing.verifying import Still

_SHAPES = {f"{what}_like" for what in ("zeros", "ones", "full", "empty")} | {
    f"new_{what}" for what in ("zeros", "ones", "full", "empty", "tensor")
}
"""Functions that depend only on shapes, so that their results are constants."""


class Recorder(TorchFunctionMode):
    """Context manager that records calls."""

    def __init__(self, drawing: Drawing) -> None:
        super().__init__()
        self.drawing = drawing
        self.quiet = 0
        self.strict = False
        """Whether unknown calls raise instead of becoming placeholders."""

    @contextmanager
    def recording(self) -> Generator[None]:
        """Intercept every call of a function and of a module."""
        before: Any = nn.Module.__call__
        root = self.drawing.root

        def called(module: nn.Module, *args: Any, **named: Any) -> Any:
            def run() -> Any:
                return before(module, *args, **named)

            if self.quiet or module is root or kind(module) in TRANSPARENT:
                return run()
            self.drawing.lines.append(where())
            if type(module) in MODULES:
                return self._known(module, run, args, named)
            if kind(module) == ATTENTION:
                return self._attention(module, run, args, named)
            if type(module).__module__.startswith("torch.nn."):
                return self._of_torch(module, run, args, named)
            return self._own(module, run, args, named)

        nn.Module.__call__ = called
        try:
            with self:
                yield
        finally:
            nn.Module.__call__ = before

    # -------------------------------------------------------------------------------------------- functions

    def __torch_function__(
        self,
        func: Any,
        types: Any,  # as PyTorch calls it
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Call a function, and record it."""
        named = kwargs or {}
        given = tensors([*args, named])
        self.drawing.touched.update(id(each) for each in given if isinstance(each, nn.Parameter))
        if self.quiet:
            return func(*args, **named)
        name, scope = plain_name(func), self.drawing.scope
        check_look(name, func, [*args, named], scope)
        result = func(*args, **named)
        if any(True for _ in tensors(result)):
            with torch._C.DisableTorchFunction():  # pyright: ignore[reportPrivateUsage]  # what we compute is not drawn
                self._function(name, func, args, named, result)
        return result

    def _function(
        self, name: str, func: Any, args: tuple[Any, ...], named: dict[str, Any], result: Any
    ) -> None:
        drawing = self.drawing
        if name in _SHAPES or not any(drawing.scope.find(each) for each in tensors([*args, named])):
            return
        drawing.lines.append(where())
        if not torch.is_grad_enabled():
            drawing.notes.append(
                f"{where()} computes without gradients, and here they flow; basic/detach stops them"
            )
        if name.endswith("_") or "out" in named:
            check_in_place(result, drawing.scope)
        name = ALIASES.get(name.rstrip("_"), name.rstrip("_"))
        at = drawing.at(result, aten=isinstance(func, torch._ops.OpOverload))  # pyright: ignore[reportPrivateUsage]  # where operators are defined
        try:
            drawing.assign(result, ruled(name, at, args, named))
        except Unknown as error:
            if self.strict:
                raise
            drawing.function(name, f"{name} in {where()}", str(error), args, named, result)

    # ---------------------------------------------------------------------------------------------- modules

    def _known(self, module: nn.Module, run: Callable[[], Any], args: Any, named: Any) -> Any:
        """Record a module that has a rule."""
        drawing, result = self.drawing, self._quietly(run)
        with self._inside(module), torch._C.DisableTorchFunction():  # pyright: ignore[reportPrivateUsage]  # what we compute is not drawn
            before = drawing.saved()
            try:
                check_hooks(module)
                bound = inspect.signature(module.forward).bind(*args, **named).arguments
                given = MODULES[type(module)](drawing.at(result), drawing.blocks.add, module, **bound)
                drawing.assign(result, given)
            except Unknown as error:
                drawing.restore(before)
                drawing.stranger(module, str(error), args, named, result)
        return result

    def _attention(self, module: nn.Module, run: Callable[[], Any], args: Any, named: Any) -> Any:
        """Record a multi-head attention that ``torch.export`` has decomposed."""
        drawing, result = self.drawing, self._quietly(run)
        loud = self._quietly(lambda: amplified(drawing.at(result), args))
        with Still():
            calm = self._quietly(lambda: module.forward(*loud))
        with self._inside(module), torch._C.DisableTorchFunction():  # pyright: ignore[reportPrivateUsage]  # what we compute is not drawn
            before = drawing.saved()
            try:
                out, wanted = first_tensor(result), first_tensor(calm)
                at = drawing.at((out, None))
                drawing.assign(out, self._quietly(lambda: attention_again(at, module, args, loud, wanted)))
            except Unknown as error:
                drawing.restore(before)
                drawing.stranger(module, str(error), args, named, result)
        return result

    def _of_torch(self, module: nn.Module, run: Callable[[], Any], args: Any, named: Any) -> Any:
        """Record a PyTorch module: its functions, or a placeholder for the whole."""
        before, strict = self.drawing.saved(), self.strict
        self.strict = True
        try:
            with self._inside(module):
                check_hooks(module)
                return run()
        except (Unknown, Decided) as error:
            if strict:
                raise
            return self._forgotten(before, module, run, args, named, str(error))
        finally:
            self.strict = strict

    def _own(self, module: nn.Module, run: Callable[[], Any], args: Any, named: Any) -> Any:
        """Record a user's module: a block, or a placeholder if it cannot be analysed."""
        drawing, outer = self.drawing, self.drawing.scope
        before = drawing.saved()
        inner = Scope(drawing.paths.get(id(module), ""), outer, frozen=outer.frozen)
        inner.names = argument_names(module, args, named)
        drawing.scope = inner
        try:
            with self._inside(None):
                result = run()
        except (Unknown, Decided) as error:
            drawing.scope = outer
            return self._forgotten(before, module, run, args, named, str(error))
        finally:
            drawing.scope = outer
        closed(drawing, module, inner, result, len(before.strangers))
        return result

    def _forgotten(
        self, before: Drawing, module: nn.Module, run: Callable[[], Any], args: Any, named: Any, why: str
    ) -> Any:
        """Replace what has been recorded since a snapshot by a placeholder."""
        self.drawing.restore(before)
        result = self._quietly(run)
        with torch._C.DisableTorchFunction():  # pyright: ignore[reportPrivateUsage]  # what we compute is not drawn
            self.drawing.stranger(module, why, args, named, result)
        return result

    @contextmanager
    def _inside(self, module: nn.Module | None) -> Generator[None]:
        before, self.drawing.module = self.drawing.module, module
        try:
            yield
        finally:
            self.drawing.module = before

    def _quietly(self, run: Callable[[], Any]) -> Any:
        self.quiet += 1
        try:
            return run()
        finally:
            self.quiet -= 1


def recorded(
    root: nn.Module,
    inputs: Mapping[str, tuple[Tensor, tuple[int, ...]]],
    axes: Mapping[str, int],
    frozen: Iterable[int] = (),
) -> tuple[Drawing, Any]:
    """Run a module on inputs (each with the order of its axes); returns the recorded graph and the result.

    ``frozen`` are the addresses of frozen parameters. Raises ImportingError if control flow depends on
    values.
    """
    whole: Any = root  # torch types its modules' names in part
    paths = {id(module): name for name, module in whole.named_modules()}
    drawing = Drawing(root, axes, Scope(frozen=set(frozen)), paths=paths)
    for name, (tensor, order) in inputs.items():
        drawing.scope.set(tensor, Seen(Ref(name), tensor, order=order))
    try:
        with Recorder(drawing).recording():
            result = run(root, {name: tensor for name, (tensor, _) in inputs.items()})
    except Decided as error:
        raise ImportingError(f"{error}, and {error.remedy}") from None
    return drawing, result
