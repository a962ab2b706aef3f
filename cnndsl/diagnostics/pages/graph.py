"""G: the network as a whole."""

from __future__ import annotations

from cnndsl.diagnostics.entry import Entry

ENTRIES = (
    Entry(
        code="G301",
        severity="warning",
        title="A layer after the final Softmax",
        meaning="Softmax has made probabilities, and a later layer changes them again.",
        wrong="""
            input 1x8x8
            Flatten
            FC 10
            Softmax
            ReLU
            """,
        right="""
            input 1x8x8
            Flatten
            FC 10
            Softmax
            """,
        remedy="Move Softmax to the end.",
        why="The loss compares probabilities that sum to one with the true class. What comes after breaks the sum.",
    ),
    Entry(
        code="G302",
        severity="warning",
        title="Softmax twice, or in the middle",
        meaning="There are two Softmax layers, or one with layers to be trained behind it.",
        wrong="""
            input 1x8x8
            Flatten
            FC 10
            Softmax
            Softmax
            """,
        right="""
            input 1x8x8
            Flatten
            FC 10
            Softmax
            """,
        remedy="Keep one, at the end.",
        why="""A second Softmax gets values between 0 and 1 and makes nearly equal probabilities of them: with ten
            classes none can exceed 0.24, and learning all but stops.""",
    ),
    Entry(
        code="G303",
        severity="note",
        title="Softmax and loss are computed as one",
        meaning="""Under `loss = cross_entropy` a final Softmax is joined with the loss into one step. It is applied
            once, and predictions are probabilities as ever.""",
        wrong="""
            input 1x8x8
            Flatten
            FC 10
            Softmax
            train {
              loss = cross_entropy
              seed = 7
            }
            """,
        right="""
            input 1x8x8
            Flatten
            FC 10
            train {
              loss = cross_entropy
              seed = 7
            }
            """,
        remedy="Nothing to do.",
        why="""The logarithm of a Softmax, computed in two steps, overflows or loses all digits; in one step it is
            exact, and its gradient is simply p - y.""",
    ),
    Entry(
        code="G304",
        severity="warning",
        title="Nothing nonlinear between two linear layers",
        meaning="Two layers of weights follow each other without an activation between them.",
        wrong="""
            input 1x8x8
            Flatten
            FC 20
            FC 10
            """,
        right="""
            input 1x8x8
            Flatten
            FC 20
            ReLU
            FC 10
            """,
        remedy="Put an activation such as ReLU between them, or keep one of the two.",
        why="""W2(W1 x) = (W2 W1) x: together they are one linear map. The second layer adds parameters and time and
            not one function that a single layer could not have.""",
    ),
    Entry(
        code="G305",
        severity="warning",
        title="A bias that BatchNorm takes away again",
        meaning="""BatchNorm subtracts the mean of each channel, and with it any constant that the layer above has
            added.""",
        wrong="""
            input 1x8x8
            Conv 4 3 1 1
            BatchNorm
            ReLU
            Flatten
            FC 10
            """,
        right="""
            input 1x8x8
            Conv 4 3 1 1 bias=false
            BatchNorm
            ReLU
            Flatten
            FC 10
            """,
        remedy="Write `bias=false`; BatchNorm has a bias of its own behind the normalisation.",
        why="Its gradient is zero up to rounding: parameters that are stored, updated and do nothing.",
    ),
    Entry(
        code="G306",
        severity="warning",
        title="Dropout or ReLU directly before the final Softmax",
        meaning="The scores of the classes are cut or dropped before they become probabilities.",
        wrong="""
            input 1x8x8
            Flatten
            FC 10
            ReLU
            Softmax
            """,
        right="""
            input 1x8x8
            Flatten
            FC 20
            ReLU
            FC 10
            Softmax
            """,
        remedy="Move it above the last FC.",
        why="""ReLU makes every negative score 0, so that no class can ever be called very unlikely; Dropout sets the
            score of the right class to 0 now and then, and blames the network for it.""",
    ),
)
