"""What importing refuses."""

from zoo.errors import ZooError


class ImportingError(ZooError):
    """A file or a module cannot become a graph: it is no such file, or nobody can say what it computes."""
