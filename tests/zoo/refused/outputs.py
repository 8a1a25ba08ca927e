"""Output ports."""

OUTPUTS = {
    "no type": (
        " -> Out:",
        ":",
        "forward's return type is the output ports, and there is none; write -> Float",
    ),
    "None": (
        " -> Out:",
        " -> None:",
        "forward's return: a port is a tensor with named axes, and its type is None; write Float",
    ),
    "plain tuple": (
        " -> Out:",
        " -> tuple[Tensor, Tensor]:",
        "forward returns a tuple whose fields have no names; return a NamedTuple",
    ),
    "bare tuple": (
        " -> Out:",
        " -> tuple:",
        "forward returns a tuple whose fields have no names; return a NamedTuple",
    ),
    "maybe none": (
        " -> Out:",
        ' -> Float[Tensor, "batch"] | None:',
        "forward may return None; make an output on demand the field X | None of a NamedTuple",
    ),
    "untyped field": (
        'h: Float[Tensor, "batch hidden"]',
        "h: Tensor",
        "output 'h' of Out: a port is a tensor with named axes, and its type is torch.Tensor; write",
    ),
    "all on demand": (
        'h: Float[Tensor, "batch hidden"]\n',
        "",
        "Out has no field that is always computed; type one without | None",
    ),
    "nobody binds": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "batch hiden"]',
        (
            "output 'h': nothing binds the axis 'hiden' (did you mean 'hidden'?); name an axis of an input "
            "or a setting, or give the class a static shapes(settings, inputs)"
        ),
    ),
    "nobody binds the star": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "*any hidden"]',
        "output 'h': nothing binds the axis '*any'; name",
    ),
    "any length": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "... hidden"]',
        "output 'h': nothing says how long '...' is; name it as an axis of an input, or give",
    ),
    "any size": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "batch _"]',
        "output 'h': nothing says how long '_' is; name it as an axis of an input, or give",
    ),
    "bound by an optional port": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "batch extra"]',
        (
            "output 'h': axis 'extra' is unknown while the optional ports that have it are not wired; "
            "require one, or give"
        ),
    ),
    "setting that may be None": (
        'h: Float[Tensor, "batch hidden"]',
        'h: Float[Tensor, "batch groups"]',
        "output 'h': axis 'groups' is unknown where the setting is None; make it an int, or give",
    ),
    "nobody asks": (
        "*,\n        weights: bool = False,",
        "",
        (
            "output 'weights' is X | None, on demand, and nothing asks for it; give forward *, weights: "
            "bool = False"
        ),
    ),
    "asked for by default": (
        "weights: bool = False",
        "weights: bool = True",
        "forward's 'weights' asks for an output, and not by default; write weights: bool = False",
    ),
    "asked for by no bool": (
        "weights: bool = False",
        "weights: int = False",
        "forward's 'weights' asks for an output, and not by default; write weights: bool = False",
    ),
    "asks for nothing": (
        "weights: bool = False",
        "weigths: bool = False",
        (
            "forward's keyword-only 'weigths' asks for no output (did you mean 'weights'?); make it a port "
            "(before the *), a setting"
        ),
    ),
}
