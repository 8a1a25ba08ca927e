"""The editor: a window in which graphs are drawn, checked while they are drawn, and run.

    workspace.py  one open document; checker.py, the checker in a thread of its own
    canvas/       the drawing of a graph; layout/, where its boxes go when nobody placed them
    panels/, commands/, theme/, files/, window.py, app.py    what is around it
"""

# Before Qt: an import hook of PySide looks into every module that is loaded after it, and finds pydantic.fields
# half imported, which breaks every pack.
import pydantic.fields  # noqa: F401 - imported for its effect, see above
