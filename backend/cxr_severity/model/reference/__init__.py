"""Versions in PyTorch: what training makes, what the graphs and kernels are tested against, and an
engine that may be chosen. Nothing else here imports PyTorch but the networks themselves.
"""
