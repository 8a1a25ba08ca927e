"""The text of the graph, live both ways: what is drawn is written here, what is written here is drawn.

places.py      where in the text each box stands
exchange.py    graph to text and back, in threads
highlight.py   colours
complete.py    what could be written at the cursor
page.py        the text field: line numbers, underlined problems
pane.py        the panel that keeps text and workspace together
"""
