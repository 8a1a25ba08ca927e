"""What a person says about each kind of run, a page each; ``request`` gives it as a request to the worker.

page.py        what pages share
training.py    a task, its settings and data, how it is learned
generating.py  what the model is given, how texts are found
evaluating.py  what is measured and judged
probing.py     what is looked into
"""

from zoo_gui.running.pages.evaluating import EvaluatingPage
from zoo_gui.running.pages.generating import GeneratingPage
from zoo_gui.running.pages.page import Context, Page
from zoo_gui.running.pages.probing import ProbingPage
from zoo_gui.running.pages.training import TrainingPage

__all__ = ["Context", "EvaluatingPage", "GeneratingPage", "Page", "ProbingPage", "TrainingPage"]
