"""The editor: a window in which graphs are drawn, checked while they are drawn, and run.

workspace.py is one open document, checker.py the checker in a thread of its own. canvas/ draws a graph,
layout/ says where its boxes go when nobody placed them. The rest is around them: panels, commands, files.
"""
