"""Tasks: what a graph can be trained for. Packs provide them as classes, by the hook ``zoo_tasks``.

    task.py        the contract: Task, Plan, Data, Decoding; composing.py: tasks that write steps, Composing
    batch.py       inputs, target and mask; sums and counts
    ports.py       which ports of a graph correspond to a task's, and errors about missing ones
    trying.py      a check of a model before it is trained; judging.py: of what a task returns
    finding.py     tasks by name
    shifted.py     targets for teacher forcing
    losses.py      cross-entropy with label smoothing, accuracy
    files.py       settings that are paths of files
    generated.py   synthetic data; bucketed.py: examples of different lengths
    tokenizers.py  characters, words, pieces of words; characters.py, text.py

Importing this package loads torch; it knows neither Lightning nor any task.
"""

from zoo.tasks.batch import Batch, Mean, Outputs
from zoo.tasks.bucketed import Batches, bucketed, padded, split_off
from zoo.tasks.composing import Composing
from zoo.tasks.files import File
from zoo.tasks.finding import broken_tasks, find_task, make_task, tasks
from zoo.tasks.generated import generated
from zoo.tasks.losses import accuracy, cross_entropy, masked
from zoo.tasks.ports import Ports, find_ports
from zoo.tasks.shifted import shifted
from zoo.tasks.task import Baseline, Data, Decoding, Plan, Smoothing, Task
from zoo.tasks.tokenizers import Level, Tokenizer, tokenizer_of, train_tokenizer

__all__ = [
    "Baseline",
    "Batch",
    "Batches",
    "Composing",
    "Data",
    "Decoding",
    "File",
    "Level",
    "Mean",
    "Outputs",
    "Plan",
    "Ports",
    "Smoothing",
    "Task",
    "Tokenizer",
    "accuracy",
    "broken_tasks",
    "bucketed",
    "cross_entropy",
    "find_ports",
    "find_task",
    "generated",
    "make_task",
    "masked",
    "padded",
    "shifted",
    "split_off",
    "tasks",
    "tokenizer_of",
    "train_tokenizer",
]
