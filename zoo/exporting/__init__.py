"""Exporting a model: one file that runs elsewhere, at any batch size and any length.

    zoo.export(model, "gpt.onnx")       for onnxruntime, in C++, C#, JavaScript, Python
    zoo.export(model, "gpt.pt2")        for PyTorch without the zoo

A graph is exported in the lowering ``scan``:

    exporting.py     ``export``: the entry point
    program.py       the model, lowered and traced by ``torch.export`` with dynamic axes
    writing.py       writing the traced program to a file, including the graph's names and text
    translations.py  operators that torch's ONNX exporter lacks
    verifying.py     comparing the file with the model at sizes other than those of the trace
    culprits.py      finding the layer that causes a failure
"""

from zoo.exporting.exporting import Exported, export

__all__ = ["Exported", "export"]
