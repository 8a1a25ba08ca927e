"""Merging: several scans of a body as one call of a kernel, which has layers and directions of its own.

planner.py   which scans one call takes, and what keeps others apart
plan.py      the plan: layers, merges, the order of calls
emit.py      the code of a merge
"""
