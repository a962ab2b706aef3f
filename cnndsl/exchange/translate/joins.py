"""What takes several inputs."""

from __future__ import annotations

from cnndsl.exchange.calls import Call, Site, call
from cnndsl.exchange.translate._verb import translate
from cnndsl.layers.add import Add
from cnndsl.layers.concat import Concat


@translate.register
def _(_spec: Add, site: Site) -> Call:
    return call("Add" if len(site.inputs) == 2 else "Sum", *site.inputs)


@translate.register
def _(_spec: Concat, site: Site) -> Call:
    return call("Concat", *site.inputs, axis=1)
