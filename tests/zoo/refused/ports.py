"""Input ports and their axes."""

from tests.zoo.refused.sound import X

PORTS = {
    "no type": (X, "x", "forward's 'x': a port has a type, and this has none; annotate it: x: Float"),
    "no array": (
        X,
        "x: Tensor",
        "forward's 'x': a port is a tensor with named axes, and its type is torch.Tensor; write Float",
    ),
    "plain type": (
        X,
        "x: int",
        "forward's 'x': a port is a tensor with named axes, and its type is int; write Float",
    ),
    "other dtype": (
        X,
        'x: jaxtyping.Complex[Tensor, "batch input"]',
        "forward's 'x': a port is Float, Int or Bool, and this is Complex; choose",
    ),
    "any dtype": (
        X,
        'x: jaxtyping.Shaped[Tensor, "batch input"]',
        "forward's 'x': a port is Float, Int or Bool, and this is Shaped; choose",
    ),
    "other array": (
        X,
        'x: Float[np.ndarray, "batch input"]',
        "forward's 'x': a port is a torch.Tensor, and this is numpy.ndarray; write",
    ),
    "half optional": (
        "| None = None,\n        *",
        "| None,\n        *",
        (
            "forward's 'mask': a port is optional by type and default together; write X | None = None, or "
            "neither"
        ),
    ),
    "other half optional": (
        'extra"] | None = None',
        'extra"] = None',
        (
            "forward's 'mask': a port is optional by type and default together; write X | None = None, or "
            "neither"
        ),
    ),
    "default": (
        'extra"] | None = None',
        'extra"] = torch.zeros(())',
        "forward's 'mask': an unwired port is None, and its default is tensor(0.); write X | None = None",
    ),
    "positional": (
        "| None = None,\n        *",
        "| None = None,\n        /, *",
        "forward's 'x': ports are wired by name, and it is positional only; remove the / of forward",
    ),
    "keywords": (
        "weights: bool = False",
        'weights: bool = False, **rest: Float[Tensor, "batch"]',
        "forward's 'rest': ** takes whatever comes, and a port has a name and a type; name the ports",
    ),
    "untyped variadic": (
        "*,",
        "*xs,",
        "forward's 'xs': a port has a type, and this has none; annotate it: xs: Float",
    ),
    "variadic none": (
        "*,",
        '*xs: Float[Tensor, "batch"] | None,',
        "forward's 'xs': a variadic port takes as many wires as there are, never None; remove | None",
    ),
    "variadic behind optional": (
        "*,",
        '*xs: Float[Tensor, "batch"],',
        (
            "forward's 'xs': it stands behind an optional port, which could then not be left out; require "
            "that one"
        ),
    ),
    "name that files cannot say": (
        X,
        'größe: Float[Tensor, "batch input"]',
        "forward's 'größe': its name is no word of plain letters, digits and _, as files need; rename it",
    ),
    "name that files read otherwise": (
        X,
        'null: Float[Tensor, "batch input"]',
        "forward's 'null': its name is no word of plain letters, digits and _, as files need; rename it",
    ),
    "static forward": (
        "def forward(\n        self,",
        "@staticmethod\n    def forward(",
        "forward is a static or class method; make it an ordinary one, with self",
    ),
    "no forward": (
        "def forward(",
        "def forwards(",
        "forward's parameters are the input ports, and there is no forward; write one",
    ),
}

AXES = {
    "broadcast": (
        "#batch input",
        "forward's 'x': axis '#batch' broadcasts, which graphs never do silently; write the name without #",
    ),
    "tree": (
        "?batch input",
        (
            "forward's 'x': axis '?batch' depends on its place in a pytree, and a port is one tensor; write "
            "the name without ?"
        ),
    ),
    "name and size": (
        "batch input=4",
        "forward's 'x': axis 'input=4' gives a name and a size; write one of the two",
    ),
    "nameless star": (
        "*_ input",
        "forward's 'x': axis '*_' is a star without a plain name; write *any, or ...",
    ),
    "leading underscore": (
        "_batch input",
        "forward's 'x': axis '_batch' begins with _ and so binds nothing; write _ alone, or another name",
    ),
    "braces": (
        "batch {hidden}",
        (
            "forward's 'x': axis '{hidden}' has braces around something else than a setting; write "
            "{self.setting}"
        ),
    ),
    "dollar": (
        "batch $input",
        "forward's 'x': axis '$input' has a $, which belongs to files; write {self.setting}",
    ),
    "two dots": (
        "batch input-",
        (
            "forward's 'x': axis 'input-': 'input-' is not a size: it ends where a number or a name is "
            "expected; write a size as in dim*4+1, without spaces"
        ),
    ),
    "unbound in a sum": (
        "batch inputs+1",
        (
            "forward's 'x': axis 'inputs + 1' cannot be computed: no setting and no required port before it "
            "has 'inputs' (did you mean 'input'?); give this axis a name, or add one of them"
        ),
    ),
    "bound too late": (
        "batch width+1",
        (
            "forward's 'x': axis 'width + 1' cannot be computed: no setting and no required port before it "
            "has 'width'; give"
        ),
    ),
    "setting without braces": (
        "batch input+1",
        "forward's 'x': in axis 'input + 1' jaxtyping does not know 'input'; write {self.input}",
    ),
    "no such setting": (
        "batch {self.inputs}",
        (
            "forward's 'x': {self.inputs} is no parameter of __init__ (did you mean 'input'?), and only "
            "these are known before the layer is built"
        ),
    ),
    "setting that is no size": (
        "batch bias",
        "forward's 'x': axis 'bias' has the name of the setting 'bias', which is no size; rename one",
    ),
    "setting that may be None in a sum": (
        "batch {self.groups}+1",
        "forward's 'x': axis 'groups + 1' has no size where the setting 'groups' is None; make it an int",
    ),
}
