"""In a notebook: networks and runs that show themselves, and training that shows how far it is.

It is a face of the package, as the command line is one: nothing else imports it, but for the package itself, which has
it tell IPython how to show things when it is imported there.
"""

from __future__ import annotations

from cnndsl.notebook.fitting import fit
from cnndsl.notebook.history import History
from cnndsl.notebook.register import load_ipython_extension, register

__all__ = ["History", "fit", "load_ipython_extension", "register"]
