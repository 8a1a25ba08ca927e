"""What ejecting refuses."""

from zoo.errors import ZooError


class EjectError(ZooError):
    """A graph cannot be written as a file of its own: a layer's source is not at hand, or needs the zoo."""
