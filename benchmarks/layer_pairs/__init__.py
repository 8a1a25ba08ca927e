"""Layers of ours, each beside a peer that does the same work."""
