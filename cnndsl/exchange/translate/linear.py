"""Convolutions and the fully connected layer. Weights have the same shapes in ONNX."""

from __future__ import annotations

from cnndsl.exchange.calls import Call, Site, call
from cnndsl.exchange.translate._verb import translate
from cnndsl.exchange.translate._windows import window_attributes
from cnndsl.exchange.translate.places import flat
from cnndsl.layers._window import window_of
from cnndsl.layers.conv import Conv
from cnndsl.layers.conv_transpose import ConvTranspose
from cnndsl.layers.dw_conv import DWConv
from cnndsl.layers.fc import FC


@translate.register
def _(spec: Conv, site: Site) -> Call:
    window = window_of(spec, site.shape[1:], spec.dilation)
    weights = site.own("W", "b")
    dilations = list(spec.dilation)
    return call("Conv", site.x, *weights, **window_attributes(window), dilations=dilations, group=spec.groups)


@translate.register
def _(spec: DWConv, site: Site) -> Call:
    channels, *size = site.shape
    window = window_of(spec, (size[0], size[1]))
    return call("Conv", site.x, *site.own("W", "b"), **window_attributes(window), dilations=[1, 1], group=channels)


@translate.register
def _(spec: ConvTranspose, site: Site) -> Call:
    return call(
        "ConvTranspose",
        site.x,
        *site.own("W", "b"),
        kernel_shape=list(spec.kernel),
        strides=list(spec.stride),
        pads=[*spec.pad, *spec.pad],
        output_padding=list(spec.output_pad),
    )


@translate.register
def _(_spec: FC, site: Site) -> Call:
    return call("Gemm", flat(site), *site.own("W", "b"), transB=1)
