"""Standardisation: pixels / 255, minus the channel's mean, over its standard deviation.

A pixel is one of 256 values, so a channel's statistics come exactly from its histogram, and its standardised values
from a table of 256 entries; no float64 copy of the images is ever made.
"""

from __future__ import annotations

import numpy as np

from cnndsl.data.dataset import Floats, Pixels
from cnndsl.data.storage import room

_CHUNK = 512  # images at a time: what the histogram and the table's look-up hold beside the images stays small


def channel_statistics(images: Pixels) -> tuple[Floats, Floats]:
    """Mean and standard deviation (ddof 0) of pixels / 255 for each channel: two float32 (C,) from uint8 (N, C, H, W).

    A channel that is constant gets the standard deviation 1, so that it can be divided by.
    """
    values = np.arange(256) / 255.0
    counts = np.array([_histogram(images[:, channel]) for channel in range(images.shape[1])])
    weights = counts / counts.sum(axis=1, keepdims=True)
    mean = weights @ values
    variance = (weights * (values - mean[:, np.newaxis]) ** 2).sum(axis=1)
    constant = (counts > 0).sum(axis=1) == 1
    std = np.where(constant, 1.0, np.sqrt(variance))
    return mean.astype(np.float32), std.astype(np.float32)


def _histogram(channel: Pixels) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    counts = np.zeros(256, np.int64)
    for start in range(0, len(channel), _CHUNK):
        counts += np.bincount(channel[start : start + _CHUNK].ravel(), minlength=256)
    return counts


def standardise(images: Pixels, mean: Floats, std: Floats) -> Floats:
    """(pixels / 255 - mean) / std, computed in float64 and rounded once: uint8 to float32, both (N, C, H, W).

    ``mean`` and ``std``, float32 (C,), are all that is needed to get the same bits again.
    """
    pixels = np.arange(256) / 255.0
    tables = ((pixels - mean.astype(float)[:, np.newaxis]) / std.astype(float)[:, np.newaxis]).astype(np.float32)
    out = room(images.shape, np.float32)
    for start in range(0, len(images), _CHUNK):
        for channel, table in enumerate(tables):
            out[start : start + _CHUNK, channel] = table[images[start : start + _CHUNK, channel]]
    return out
