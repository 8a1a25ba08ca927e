"""Files of a window: opening, saving, the journal that survives a crash, and the disk watched.

    filing.py     what the menu File does
    reading.py    a file as a document, with what is wrong in it
    journal.py    every edit kept, so that a crash loses none
    keeping.py    both for a window
    watch.py      noticing that another program wrote the file
    gallery.py    the first screen: card.py, and thumbnail.py with the picture of a graph
    templates.py  the graphs of the library, read beside the window

The graphs themselves are read and written by ``zoo.files``.
"""
