"""Writing the class of a scan, in each of the ways that ``zoo.compiler.lowerings`` has names for.

base.py           what all ways share: inputs, mask, starts, outputs; the walk itself is left to each
  hoisting.py     which nodes may leave the loop
  masking.py      what a mask does to values of any rank
  states.py       how states start
loop.py           the walk as a loop over its steps
higher_order.py   the walk as a function of one step, which can be exported for any length
kernel.py         what the ways to a single call share
  fused.py        cells that declare a fused form
  recognised.py   a cell that is drawn gate by gate, and found to be a known one
single_cell.py    which kernel a scan of a single cell is: all that ``zoo.compiler.merging`` needs of it
"""
