"""The catalogue: a page per layer, generated from the layer's declarations and from measurements.

    paths = list(write_pages(specs, registry, Path("docs")))    # Markdown, with an index
    write_catalogue(pages(specs, used), Path("layers.html"))    # one file that needs no network

Nothing on a page is written by hand: the help is the docstring of the class, ports and settings come from its
hints, costs are measured (``zoo.formulas``), and the example is checked before it is printed.

    example.py    a graph of one layer
    facts.py      facts about a layer: past and future, streaming, costs, where it is used
    words.py      settings in words
    layer.py      the page in Markdown
    index.py      the index of the pages
    html.py       the catalogue as one HTML file
    library.py    the page of all graphs
    making.py     all pages of layers
"""

from zoo.pages.html import write_catalogue
from zoo.pages.making import pages, write_pages

__all__ = ["pages", "write_catalogue", "write_pages"]
