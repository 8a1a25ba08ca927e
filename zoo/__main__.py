"""``python -m zoo`` runs the command ``zoo``."""

from zoo.cli import main

main()
