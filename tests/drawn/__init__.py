"""Drawers of edits: each looks at a graph and draws an edit that may fit, or None where it finds nothing."""
