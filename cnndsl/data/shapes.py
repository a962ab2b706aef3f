"""The data sets that are known by name, as far as a model file can be checked against them without any data."""

SHAPE_OF = {
    "mnist": (1, 28, 28),
    "fashion_mnist": (1, 28, 28),
    "cifar10": (3, 32, 32),
    "cifar100": (3, 32, 32),
    "digits": (1, 8, 8),
}
CLASSES = {"mnist": 10, "fashion_mnist": 10, "cifar10": 10, "cifar100": 100, "digits": 10}
BUILT_IN = tuple(SHAPE_OF)

#: What a file is checked for that does not say what its images are: one data set of each usual shape.
SHAPES = {name: SHAPE_OF[name] for name in ("mnist", "cifar10")}
