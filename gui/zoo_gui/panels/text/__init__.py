"""The text of the graph, live both ways: what is drawn is written here, what is written here is drawn.

    places.py      where in the text each box stands
    exchange.py    graph to text and back, in threads
    highlight.py   colours
    complete.py    what could be written at the cursor: by nesting.py (the keys around it, in a text that may
                   be broken), grammar.py (the schema of graph files) and words.py (the names in the text)
    offers.py      the list of these words
    page.py        the text field: line numbers, underlined problems
    pane.py        the panel that keeps text and workspace together

It knows the workspace, and no other panel.
"""
