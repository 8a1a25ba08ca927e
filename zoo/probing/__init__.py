"""What a model does inside: how far gradients reach, what flows, what leaks, where a NaN was born.

    subject = probing.subject("rnn_language_model")   # a graph, a file, a run's folder
    for each in probing.gradients(subject):
        print(each.wire, each.course.verdict, each.course.rate)

    sites.py       every node at its place: paths, axes, the loops it is in
    cells.py       the cells of recurrent layers, as nodes
    subject.py     what is probed: a model in loops, inputs, and what is differentiated
    making.py      subjects of graphs, tasks and runs
    building.py    their parts: models whose nodes can be watched, inputs that fit
    words.py       what each step of a text says
    wires.py       what went through a wire, and all wires of a pass
    watching.py    hooks that write down what modules give
    recording.py   one pass in which every wire is watched, step by step
    courses.py     norms over distance: the fitted rate, the verdict
    gradients.py   the norm of ∂J/∂h over distance, for any wire
    jacobians.py   products of recurrent Jacobians
    radii.py       spectral radii of recurrent weights, spectral norms
    statistics.py  activations and gradients of every node in numbers
    broken.py      where a NaN was born
    backward.py    the same on the way back
    births.py      what such a search finds, and what it looks with
    leaks.py       the future in the past, padding in what is real
    disturbing.py  inputs with other values, to see what leaks
    attention.py   the weights of every head
    pictures.py    PNG and SVG
    curves.py      norms over distance, of one model or of several
    maps.py        the weights of attention

``zoo probe`` shows all of it on the command line.
"""

from zoo.probing.attention import Map, attention
from zoo.probing.births import Birth
from zoo.probing.broken import first_broken
from zoo.probing.courses import Course, course
from zoo.probing.curves import GRADIENT, JACOBIANS, draw_courses
from zoo.probing.gradients import Reach, gradients
from zoo.probing.jacobians import Recurrence, jacobians
from zoo.probing.leaks import Leak, Leaks, leaks
from zoo.probing.making import subject
from zoo.probing.maps import draw_attention
from zoo.probing.pictures import drawable
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
