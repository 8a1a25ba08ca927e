"""The editor's package; the editor itself is still to come.

It holds its place in the distribution, so that packaging, import contracts and the run without Qt cover it
already. ``zoo gui`` says in a sentence that there is no editor yet.
"""
