"""Graphs of the library as people write them by hand: plain PyTorch, nothing of ours.

Each module offers a class ``Peer``, made with the params of its graph and called with its inputs, and a
table ``NAMES`` from the names of its weights to those of the compiled graph. They are what
``compiled_vs_handwritten.py`` compares, and the oracle of the compiler's tests.
"""
