"""Mutated files and monsters end in problems or a ZooError: never another exception, never slowly."""
