"""How CIFAR-10 and CIFAR-100 are published in their binary form: names, sizes, classes.

https://www.cs.toronto.edu/~kriz/cifar.html
"""

from __future__ import annotations

import math
import re

from attrs import frozen

CIFAR10_CLASSES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
CIFAR10_ARCHIVE = "cifar-10-binary.tar.gz"
CIFAR100_ARCHIVE = "cifar-100-binary.tar.gz"
# The fine labels in the order of their numbers, as fine_label_names.txt has them.
# fmt: off
CIFAR100_CLASSES = (
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl", "boy",
    "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair", "chimpanzee", "clock",
    "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish",
    "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower", "leopard", "lion",
    "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain", "mouse", "mushroom", "oak_tree", "orange",
    "orchid", "otter", "palm_tree", "pear", "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine",
    "possum", "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk",
    "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank",
    "telephone", "television", "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale",
    "willow_tree", "wolf", "woman", "worm",
)
# fmt: on
SHAPE = (3, 32, 32)
_PIXELS = math.prod(SHAPE)


@frozen
class Form:
    """How one of the two is published. A record is ``labels`` bytes, the last of which counts, and the pixels."""

    name: str
    title: str
    classes: tuple[str, ...]
    archive: str
    folder: str
    train: tuple[str, ...]
    test: str
    labels: int
    most_records: int
    pickles: re.Pattern[str]

    @property
    def record(self) -> int:
        """Bytes of a record."""
        return self.labels + _PIXELS

    @property
    def most_content(self) -> int:
        """Bytes that the archive can unpack to: its files, and 1 MiB for all the rest."""
        return len((*self.train, self.test)) * self.most_records * self.record + (1 << 20)

    @property
    def hint(self) -> str:
        """What is wanted."""
        return f"the binary version is wanted: {self.archive}, or a folder with {self.train[0]} .. and {self.test}"


CIFAR10 = Form(
    name="cifar10",
    title="CIFAR-10",
    classes=CIFAR10_CLASSES,
    archive=CIFAR10_ARCHIVE,
    folder="cifar-10-batches-bin",
    train=tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    test="test_batch.bin",
    labels=1,
    most_records=10_000,
    pickles=re.compile(r"(data_batch_\d|test_batch|batches\.meta|cifar-10-batches-py|cifar-10-python\.tar(\.gz)?)"),
)
CIFAR100 = Form(
    name="cifar100",
    title="CIFAR-100",
    classes=CIFAR100_CLASSES,
    archive=CIFAR100_ARCHIVE,
    folder="cifar-100-binary",
    train=("train.bin",),
    test="test.bin",
    labels=2,
    most_records=50_000,
    pickles=re.compile(r"(train|test|meta|cifar-100-python(\.tar(\.gz)?)?)"),
)
