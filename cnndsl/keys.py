"""Randomness that is derived, never carried: a generator is a pure function of a key.

A key is an int, a string, or a tuple of both, such as ``(seed, "shuffle", epoch)``. Equal keys give equal streams on
every platform; keys that differ anywhere give independent ones.
"""

from __future__ import annotations

import hashlib

import numpy as np

Key = int | str | tuple["Key", ...]


def _spell(key: Key) -> str:
    if isinstance(key, tuple):
        return "(" + "".join(_spell(part) for part in key) + ")"
    text = str(key)
    # The length in front keeps ("ab", "c") and ("a", "bc") apart; the letter keeps 1 and "1" apart.
    return f"{'s' if isinstance(key, str) else 'i'}{len(text)}:{text}"


def entropy(*key: Key) -> int:
    """128 bits that depend on every part of the key (BLAKE2b of its unambiguous spelling)."""
    return int.from_bytes(hashlib.blake2b(_spell(key).encode(), digest_size=16).digest(), "little")


def generator(*key: Key) -> np.random.Generator:
    """A fresh generator for this key alone (PCG64 seeded by :func:`entropy`)."""
    return np.random.Generator(np.random.PCG64(entropy(*key)))
