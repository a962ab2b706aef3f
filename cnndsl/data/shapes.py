"""The built-in data sets, as far as a model file can be checked against them without any data."""

SHAPES = {"mnist": (1, 28, 28), "cifar10": (3, 32, 32)}
CLASSES = {"mnist": 10, "cifar10": 10}
BUILT_IN = tuple(SHAPES)
