"""The costly parts of the networks as ONNX graphs, made from a version's weights by name.

No PyTorch is needed to judge films: it trains, it is the reference that these graphs are tested
against, and it may be the engine. A graph is made anew at each start, so that weights stand once,
in the file that the manifest's hash names. Batch norms are folded into the convolutions.
"""
