"""How fast this project is, beside PyTorch and JAX doing the same work in the same run: ``make bench``."""
