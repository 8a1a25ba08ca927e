"""The class as a whole."""

CLASS = {
    "id": (
        '"lab/cell"',
        '"cell"',
        "the id 'cell' is not pack/name in plain lower case; write for example 'recurrent/lstm_cell'",
    ),
    "id in capitals": (
        '"lab/cell"',
        '"Lab/Cell"',
        "the id 'Lab/Cell' is not pack/name in plain lower case; write",
    ),
    "id with a version": (
        '"lab/cell"',
        '"lab/cell@2"',
        "the id 'lab/cell@2' is not pack/name in plain lower case; write",
    ),
    "version": ('"lab/cell"', '"lab/cell", version=0', "the version is 0, and versions count from 1"),
    "no docstring": (
        '"""One step."""',
        "",
        "the docstring is the help text, and there is none; say what it computes and whose idea it is",
    ),
    "empty docstring": (
        "One step.",
        "   ",
        "the docstring is the help text, and there is none; say what it computes and whose idea it is",
    ),
    "unknown role": (
        '"""One step."""',
        '"""One step."""\n    role = "nrom"',
        'role is "norm" or "sum", and this is \'nrom\'; write one of these, or leave',
    ),
    "no module": ("(nn.Module)", "", "a layer is a class derived from torch.nn.Module, and this is not one"),
    "rule that is no static method": (
        "def forward(",
        "def shapes(self, settings, inputs): ...\n    def forward(",
        "shapes computes the output shapes from two values; write @staticmethod def shapes(settings, inputs)",
    ),
    "rule of one value": (
        "def forward(",
        "@staticmethod\n    def shapes(inputs): ...\n    def forward(",
        "shapes computes the output shapes from two values; write @staticmethod def shapes(settings, inputs)",
    ),
}
