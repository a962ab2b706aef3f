"""Square inputs that are legal, as a value and in words."""

from __future__ import annotations

from attrs import field, frozen

_MOST_REMAINDERS = 4  # that are listed in words


@frozen
class Misfit:
    """Why a size is not legal, and the line to blame. ``what`` tells misfits of different layers apart."""

    message: str
    line: int | None
    what: object = None


@frozen
class LegalSizes:
    """The legal ones among square inputs of n x n, for the number of channels that the graph has.

    They are those in ``few``, and from ``start`` on those whose remainder by ``period`` is in ``remainders``. Nothing
    is known of sizes above ``tried``; where that is ``None`` the answer is complete. ``misfit`` is what is wrong at
    ``illegal``: the size below the smallest legal one, or else the first above it that is not legal.
    """

    few: tuple[int, ...]
    start: int | None
    period: int = 1
    remainders: tuple[int, ...] = (0,)
    tried: int | None = None
    illegal: int | None = None
    misfit: Misfit | None = field(default=None, eq=False)

    @property
    def smallest(self) -> int | None:
        """The smallest legal size; ``None`` if there is none, or none is known."""
        return min(self.few, default=self.start)

    def __contains__(self, size: int) -> bool:
        known = self.tried is None or size <= self.tried
        regular = self.start is not None and size >= self.start and size % self.period in self.remainders
        return known and (size in self.few or regular)

    def __str__(self) -> str:
        return "; ".join(filter(None, [f"legal for {_sizes_in_words(self)}", _misfit_in_words(self)]))


def _sizes_in_words(sizes: LegalSizes) -> str:
    if sizes.smallest is None:
        return f"no square input{_tried(sizes)}"
    regular = [] if sizes.start is None else [f"{sizes.start} and more{_every(sizes)}"]
    return f"square inputs of {', '.join([*map(str, sizes.few), *regular])}{_tried(sizes)}"


def _tried(sizes: LegalSizes) -> str:
    return "" if sizes.tried is None else f", tried up to {sizes.tried:,}"


def _every(sizes: LegalSizes) -> str:
    if sizes.period == 1:
        return ""
    if sizes.remainders == (0,):
        return f" that are multiples of {sizes.period}"
    if len(sizes.remainders) > _MOST_REMAINDERS:
        return f", for {len(sizes.remainders)} of the {sizes.period} remainders by {sizes.period}"
    listed = " or ".join(map(str, sizes.remainders))
    return f" whose remainder by {sizes.period} is {listed}"


def _misfit_in_words(sizes: LegalSizes) -> str:
    if sizes.misfit is None:
        return ""
    return f"at {sizes.illegal}: {sizes.misfit.message}" + (f" (line {sizes.misfit.line})" if sizes.misfit.line else "")
