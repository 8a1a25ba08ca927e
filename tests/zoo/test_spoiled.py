"""One thing spoiled in a sound graph file: one problem, at that line, in one exact sentence."""
