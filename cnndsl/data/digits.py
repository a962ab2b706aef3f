"""The 1,797 handwritten digits that come with scikit-learn: 8 x 8, 17 shades, no download. CC BY 4.0.

E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", https://doi.org/10.24432/C50P49. They
are the test part of a larger set and have no parts of their own, so all three are drawn from them.
"""

from __future__ import annotations

import numpy as np

from cnndsl.data.dataset import Dataset, Labelled

_SHADES = 16


def read_digits() -> Dataset:
    """The digits as uint8 (1797, 1, 8, 8), shades 0 to 16 made 0 to 255."""
    from sklearn.datasets import load_digits

    found = load_digits()
    images = np.rint(found.images[:, np.newaxis] * (255 / _SHADES)).astype(np.uint8)
    return Dataset(
        name="digits",
        train=Labelled(images, found.target.astype(np.int64)),
        test=None,
        classes=tuple("0123456789"),
        source="the 1,797 digits that come with scikit-learn",
        sizes=(1200, 200, 200),
    )
