"""How fast this project is, beside PyTorch doing the same work in the same run: ``make bench``."""
