"""What a model does inside: how far gradients reach, what flows, what leaks, where a NaN was born.

    subject = probing.subject("rnn_language_model")   # a graph, a file, a run's folder
    for each in probing.gradients(subject):
        print(each.wire, each.course.verdict, each.course.rate)

    sites.py       every node at its place: paths, axes, the loops it is in
    subject.py     what is probed: a model in loops, inputs, and what is differentiated
    making.py      subjects of graphs, tasks and runs
    wires.py       what went through a wire, and all wires of a pass
    watching.py    hooks that write down what modules give
    recording.py   one pass in which every wire is watched, step by step
    courses.py     norms over distance: the fitted rate, the verdict
    gradients.py   the norm of ∂J/∂h over distance, for any wire
    jacobians.py   products of recurrent Jacobians, spectral radii
    statistics.py  activations and gradients of every node in numbers
    broken.py      where a NaN was born, forward and backward
    leaks.py       the future in the past, padding in what is real
    attention.py   the weights of every head
    pictures.py    curves and maps as PNG or SVG

``zoo probe`` shows all of it on the command line.
"""

from zoo.probing.attention import Map, attention
from zoo.probing.broken import Birth, first_broken
from zoo.probing.courses import Course, course
from zoo.probing.gradients import Reach, gradients
from zoo.probing.jacobians import Recurrence, jacobians
from zoo.probing.leaks import Leak, Leaks, leaks
from zoo.probing.making import subject
from zoo.probing.pictures import GRADIENT, JACOBIANS, draw_attention, draw_courses, drawable
from zoo.probing.recording import record
from zoo.probing.statistics import Numbers, Statistics, statistics
from zoo.probing.subject import Subject
from zoo.probing.wires import Recording, Wire

__all__ = [
    "GRADIENT",
    "JACOBIANS",
    "Birth",
    "Course",
    "Leak",
    "Leaks",
    "Map",
    "Numbers",
    "Reach",
    "Recording",
    "Recurrence",
    "Statistics",
    "Subject",
    "Wire",
    "attention",
    "course",
    "draw_attention",
    "draw_courses",
    "drawable",
    "first_broken",
    "gradients",
    "jacobians",
    "leaks",
    "record",
    "statistics",
    "subject",
]
