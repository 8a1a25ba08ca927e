"""Settings."""

SETTINGS = {
    "no type": (
        "bias: bool = True",
        "bias=True",
        "a setting has a type, and 'bias' has none; annotate it: bias: int",
    ),
    "star": (
        "bias: bool = True",
        "*bias: bool",
        "a setting has a name and a type, and __init__ takes *bias; name them one by one",
    ),
    "stars": (
        "groups: int | None = None",
        "**rest: int",
        "a setting has a name and a type, and __init__ takes **rest; name them one by one",
    ),
    "positional": (
        "bias: bool = True",
        "/, bias: bool = True",
        "settings are given by name, and 'input' is positional only; remove the / of __init__",
    ),
    "no value in a file": (
        "bias: bool = True",
        "bias: Callable[..., Any]",
        (
            "setting 'bias': its type is collections.abc.Callable[..., Any], whose values a file cannot "
            "express; use int"
        ),
    ),
    "list": (
        "bias: bool = True",
        "bias: list[int]",
        "setting 'bias': its type is list[int], whose values a file cannot express; use int",
    ),
    "module": (
        "bias: bool = True",
        "bias: nn.Module",
        (
            "setting 'bias': its type is torch.nn.modules.module.Module, whose values a file cannot "
            "express; use int"
        ),
    ),
    "inside": (
        "bias: bool = True",
        "bias: tuple[int, Any] | None",
        "setting 'bias': its type is Any, whose values a file cannot express; use int",
    ),
    "wrong default": (
        "bias: bool = True",
        "bias: bool = 3",
        "setting 'bias': its own type refuses its default: Input should be a valid boolean; mend one of them",
    ),
    "default out of range": (
        "hidden: Positive,",
        "hidden: Positive = 0,",
        (
            "setting 'hidden': its own type refuses its default: Input should be greater than 0; mend one "
            "of them"
        ),
    ),
    "alias": (
        "bias: bool = True",
        "bias: Annotated[bool, Field(alias='b')] = True",
        "setting 'bias' has one name, and its Field an alias; remove the alias",
    ),
    "type without a schema": (
        "bias: bool = True",
        "bias: Annotated[str, Field(pattern='(')] = 'a'",
        "pydantic makes no model of the settings: ",
    ),
    "impossible range": (
        "bias: bool = True",
        "bias: Annotated[str, Field(gt=3)] = 'a'",
        "pydantic cannot check the default of a setting: Unable to apply constraint 'gt'",
    ),
    "method of nn.Module": (
        "bias: bool = True",
        "train: bool = True",
        "setting 'train' shadows nn.Module.train: the layer would keep it as self.train; choose another name",
    ),
    "attribute of nn.Module": (
        "bias: bool = True",
        "training: bool = True",
        (
            "setting 'training' shadows nn.Module.training: the layer would keep it as self.training; "
            "choose another name"
        ),
    ),
    "conversion of nn.Module": (
        "bias: bool = True",
        "half: bool = True",
        "setting 'half' shadows nn.Module.half: the layer would keep it as self.half; choose another name",
    ),
    "method of the class": (
        "def __init__(",
        "def bias(self): ...\n    def __init__(",
        "setting 'bias' has the name of a method of the class; rename one of them",
    ),
    "attribute of pydantic's": (
        "bias: bool = True",
        "schema: bool = True",
        "setting 'schema' shadows BaseModel.schema of pydantic, which holds it; choose another name",
    ),
    "private": (
        "bias: bool = True",
        "_bias: bool = True",
        "setting '_bias' begins with _, as private names do; rename it",
    ),
    "name that files cannot say": (
        "bias: bool = True",
        "größe: bool = True",
        "setting 'größe' is no word of plain letters, digits and _, as files need; rename it",
    ),
}
