"""Gradients against central differences: of a call of a layer, of a network, and of both with mistakes planted."""
