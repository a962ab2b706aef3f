"""Poolings. An average is that of the real pixels: ``count_include_pad=0``."""

from __future__ import annotations

from cnndsl.exchange.calls import Call, Site, call
from cnndsl.exchange.translate._verb import translate
from cnndsl.exchange.translate._windows import window_attributes
from cnndsl.layers._window import window_of
from cnndsl.layers.avg_pool import AvgPool
from cnndsl.layers.global_avg_pool import GlobalAvgPool
from cnndsl.layers.global_max_pool import GlobalMaxPool
from cnndsl.layers.pool import Pool


@translate.register
def _(spec: Pool, site: Site) -> Call:
    return _average(spec, site) if spec.mode == "avg" else call("MaxPool", site.x, **_attributes(spec, site))


@translate.register
def _(spec: AvgPool, site: Site) -> Call:
    return _average(spec, site)


@translate.register
def _(_spec: GlobalAvgPool, site: Site) -> Call:
    return call("Flatten", call("GlobalAveragePool", site.x), axis=1)


@translate.register
def _(_spec: GlobalMaxPool, site: Site) -> Call:
    return call("Flatten", call("GlobalMaxPool", site.x), axis=1)


def _average(spec: AvgPool | Pool, site: Site) -> Call:
    return call("AveragePool", site.x, **_attributes(spec, site), count_include_pad=0)


def _attributes(spec: AvgPool | Pool, site: Site) -> dict[str, list[int]]:
    _, height, width = site.shape
    return window_attributes(window_of(spec, (height, width), ceil=spec.ceil))
