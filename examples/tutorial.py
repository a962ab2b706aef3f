# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From a file to a trained network, and below
#
# A network is a text file. Here one is written, checked, trained on images that come with the package, and then taken
# apart: its gradients are computed by hand, and a layer of our own is tested with drawn cases. It takes a quarter of a
# minute and needs no download, only `pip install 'cnndsl[test]'`.

# %%
import numpy as np

from cnndsl import compile_model, optim
from cnndsl.data import load, make_splits
from cnndsl.errors import ModelError
from cnndsl.notebook import fit
from cnndsl.training import Settings, confusion, evaluate

# %% [markdown]
# ## A file
#
# A line is a layer: its name, then its values. `compile_model` takes a path, or the text itself.

# %%
MODEL = """
input 1x28x28
Conv 6 5 pad=same     # 6 filters of 5x5
ReLU
Pool 2 2
Conv 12 5
ReLU
Pool 2 2
Flatten
logits: FC 10         # a label names a layer's parameters
Softmax
"""

program = compile_model(MODEL)
program

# %% [markdown]
# A file that is wrong says so at its line, and what would mend it has been tried. Here the third layer is asked for
# windows that do not fit.

# %%
try:
    compile_model("input 1x28x28\nConv 6 5\nPool 30 30\nFlatten\nFC 10\n")
except ModelError as error:
    print(error)

# %% [markdown]
# ## Training
#
# Images are `(N, C, H, W)`. The parts are disjoint, balanced, standardised with the training part's statistics, and
# depend on the seed alone.

# %%
splits = make_splits(load("mnist"), train=1500, valid=300, test=500, seed=0)
print(splits.train.images.shape, splits.train.labels[:10], splits.mean, splits.std)

# %% [markdown]
# `fit` trains and keeps the best epoch. It changes nothing that it is given: what was learnt is in the value that it
# returns.

# %%
history = fit(program, splits, Settings(epochs=4, lr=3e-3, processes=1))
history

# %%
scores = evaluate(program, history.params, history.state, splits.test)
print(f"test accuracy {scores.accuracy:.3f}, macro F1 {scores.macro_f1:.3f}")
print(confusion(program, history.params, history.state, splits.test))

# %% [markdown]
# ## What a step is
#
# Behind this are pure functions over dicts of arrays, `{layer: {name: array}}`. A gradient has the shape of what it is
# the gradient by; an optimiser turns gradients into updates, and returns its own state rather than keeping it.

# %%
params, state = program.init(seed=0)
x, labels = splits.train.images[:32], splits.train.labels[:32]

loss, grads, state = program.loss_and_grads(params, state, x, labels)
print(f"loss {loss:.4f}; guessing would have ln 10 = {np.log(10):.4f}")
print({path: {name: array.shape for name, array in own.items()} for path, own in grads.items()})

# %% [markdown]
# Gradient descent takes one line, and does what `optim.sgd` does.

# %%
by_hand = {path: {name: array - 0.1 * grads[path][name] for name, array in own.items()} for path, own in params.items()}

descent = optim.sgd(0.1)
updates, _ = descent.update(grads, descent.init(params), params)
by_optimiser = optim.apply_updates(params, updates)

assert all(np.allclose(array, by_optimiser[path][name]) for path, own in by_hand.items() for name, array in own.items())
after, _, _ = program.loss_and_grads(by_hand, state, x, labels)
print(f"the loss of this batch before and after one step: {loss:.4f}, {after:.4f}")

# %% [markdown]
# ## Gradients by hand
#
# A gradient is a slope: move one weight a little up and a little down, and see how the loss changes,
#
# $$\frac{\partial L}{\partial w} \approx \frac{L(w + h) - L(w - h)}{2h}.$$
#
# In double precision (parameters in float64 are float64 throughout) the two should agree to many digits.

# %%
params, state = program.init(seed=0, dtype=np.float64)
x = x.astype(np.float64)
_, grads, _ = program.loss_and_grads(params, state, x, labels)


def loss_with(path, name, where, step):
    """The loss with one number of the parameters moved by a step."""
    moved = params[path][name].copy()
    moved[where] += step
    changed = {**params, path: {**params[path], name: moved}}
    return program.loss_and_grads(changed, state, x, labels)[0]


h = 1e-6
for path, name, where in [("Conv.0", "W", (0, 0, 2, 2)), ("Conv.1", "W", (3, 1, 0, 4)), ("logits", "b", (7,))]:
    slope = (loss_with(path, name, where, h) - loss_with(path, name, where, -h)) / (2 * h)
    gradient = grads[path][name][where]
    print(f"{path:7} {name}{list(where)!s:14} slope {slope:+.9f}  gradient {gradient:+.9f}")
    assert np.isclose(slope, gradient, rtol=1e-5, atol=1e-9)

# %% [markdown]
# `backward` is the transposed Jacobian: for any direction $u$ of the input and any cotangent $v$ of the output,
# $\langle v, J u \rangle = \langle J^\top v, u \rangle$. One scalar checks it all, whatever the layers between. The
# images are drawn: in those of digits neighbours are equal, and the maximum of equal numbers has no slope.

# %%
rng = np.random.default_rng(1)
x, u = rng.standard_normal((2, 8, 1, 28, 28))
y, _, tape = program.forward(params, state, x)
v = rng.standard_normal(y.shape)
dx, _ = program.backward(params, tape, v)

up, down = (program.forward(params, state, x + sign * h * u)[0] for sign in (1, -1))
left, right = np.sum(v * (up - down) / (2 * h)), np.sum(dx * u)
print(f"<v, Ju> = {left:.9f}, <J'v, u> = {right:.9f}")
assert np.isclose(left, right, rtol=1e-5)

# %% [markdown]
# `cnndsl gradcheck FILE` does this for every layer and every parameter of a file, and says which coordinates lie at a
# kink, where there is no slope.

# %% [markdown]
# ## A property instead of examples
#
# A test with three numbers in it checks those three. [Hypothesis](https://hypothesis.readthedocs.io) draws the cases,
# and makes a failing one as small as it can. `models()` draws whole model files. Whatever is in them, what the network
# says of an image must not depend on the images beside it.

# %%
from hypothesis import given, settings

from cnndsl.testing import models


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(models())
def test_an_image_is_seen_alone(text):
    """Prediction of a batch is prediction of its images."""
    drawn = compile_model(text)
    params, state = drawn.init(seed=0, dtype=np.float64)
    images = np.random.default_rng(0).standard_normal((4, *drawn.input_shape))
    together = drawn.predict(params, state, images)
    alone = np.concatenate([drawn.predict(params, state, images[number : number + 1]) for number in range(4)])
    np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-12)


test_an_image_is_seen_alone()

# %% [markdown]
# ## A layer of one's own, held to the laws
#
# Softsign, x / (1 + |x|), is not among the layers. A value and a slope make it one. `check_laws` draws specs, shapes
# and values, and holds it to what every layer here promises: shapes, the gradient, purity, determinism.

# %%
from cnndsl.extend import layer_spec, of_input, register
from cnndsl.testing import check_laws


@layer_spec
class Softsign:
    """x / (1 + |x|), between -1 and 1; the shape stays."""


def value(spec, x, ctx):
    return x / (1 + abs(x))


def slope(spec, x, dy, ctx):
    return dy / (1 + abs(x)) ** 2


SOFTSIGN = of_input(Softsign, value, slope)
register(SOFTSIGN)
check_laws(SOFTSIGN, examples=5)
compile_model(MODEL.replace("ReLU", "Softsign")).figures

# %% [markdown]
# The laws are only worth something if they notice a mistake. A slope that is 1 % wrong:

# %%
WRONG = of_input(Softsign, value, lambda spec, x, dy, ctx: 1.01 * slope(spec, x, dy, ctx))
try:
    check_laws(WRONG, examples=5)
except AssertionError as error:
    print("noticed:", str(error).splitlines()[0])
else:
    raise AssertionError("a wrong slope went unnoticed")

# %% [markdown]
# From here: `cnndsl doctor FILE` examines a network before it is trained, `cnndsl compile-and-train FILE` does the
# whole job and keeps the run, and [docs/testing.md](../docs/testing.md) has all laws.
