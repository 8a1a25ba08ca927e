"""Exporting a model: one file that runs elsewhere, at any batch size and any length.

    zoo.export(model, "gpt.onnx")       for onnxruntime, in C++, C#, JavaScript, Python
    zoo.export(model, "gpt.pt2")        for PyTorch without the zoo

A graph is exported in the lowering ``scan``:

    exporting.py     ``export``: the front door
    program.py       the model lowered and traced by ``torch.export``, every open axis left open
    writing.py       the traced program as a file, with the graph's names and its text inside
    translations.py  what torch's ONNX exporter does not know
    verifying.py     the written file against the model, at sizes that it was not traced with
    culprits.py      when something fails: which layer it was
"""

from zoo.exporting.exporting import Exported, export

__all__ = ["Exported", "export"]
