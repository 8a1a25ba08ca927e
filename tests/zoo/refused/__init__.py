"""Layers that break the contract: a sound one with one thing spoilt, and the sentence that says so.

Each case is what is spoilt, by what, and what the message says behind the class's name.
"""
