"""The weights that are in use, as a torch network: what is kept of them while the heads are trained further."""

from __future__ import annotations

import onnx
import torch
from onnx import numpy_helper
from torch import nn
from torch.nn import functional as F

from model import WIDTHS


class Folded(nn.Module):
    """The network of model.py with its batch normalisations folded into the convolutions, as the ONNX file has it."""

    def __init__(self) -> None:
        super().__init__()
        a, b, c, d = WIDTHS
        conv = lambda i, o, stride=1: nn.Conv2d(i, o, 3, stride, 1)
        self.stem = nn.ModuleList([conv(3, a, 2), conv(a, b, 2), conv(b, b), conv(b, b), conv(b, c, 2), conv(c, c), conv(c, c)])
        self.last = nn.ModuleList([conv(c, d, 2), conv(d, d), conv(d, d)])
        self.place = nn.Conv2d(d, d, 6, groups=d)
        self.heads = nn.Linear(d, 4)

    @staticmethod
    def load(path: str) -> "Folded":
        net = Folded()
        weights = [numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer]
        layers = [*net.stem, *net.last, net.place, net.heads]
        pairs = {}
        graph = onnx.load(path).graph
        by_name = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        used = [[by_name[i] for i in n.input[1:]] for n in graph.node if n.op_type in ("Conv", "Gemm")]
        assert len(used) == len(layers) and weights, (len(used), len(layers), pairs)
        for layer, (w, b) in zip(layers, used):
            layer.weight.data.copy_(torch.from_numpy(w.copy()))
            layer.bias.data.copy_(torch.from_numpy(b.copy()))
        return net

    def middle(self, x: torch.Tensor) -> torch.Tensor:
        """64x12x12: textures and parts."""
        s = self.stem
        x = torch.relu(s[1](torch.relu(s[0](x))))
        x = torch.relu(x + s[3](torch.relu(s[2](x))))
        x = torch.relu(s[4](x))
        return torch.relu(x + s[6](torch.relu(s[5](x))))

    def top(self, middle: torch.Tensor) -> torch.Tensor:
        """128x6x6."""
        s = self.last
        x = torch.relu(s[0](middle))
        return torch.relu(x + s[2](torch.relu(s[1](x))))

    def logits(self, top: torch.Tensor) -> torch.Tensor:
        return self.heads(torch.flatten(torch.relu(self.place(top)), 1))


class Second(nn.Module):
    """A second opinion on mask, sunglasses and hat from the same maps, added to the first one's logits; `face` is left alone."""

    def __init__(self, textures: int = 64, hidden: int = 64, dropout: float = 0.3) -> None:
        super().__init__()
        d = WIDTHS[-1]
        self.textures = nn.Conv2d(WIDTHS[2], textures, 3, 2, 1) if textures else None
        # A 6x6 convolution with two outputs for each channel, as matrices: torch trains grouped convolutions slowly.
        self.place = nn.Parameter(torch.randn(d + textures, 36, 2) / 6)
        self.place_bias = nn.Parameter(torch.zeros(d + textures, 1, 2))
        self.mix = nn.Linear(2 * (d + textures), hidden)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.Linear(hidden, 3)
        nn.init.zeros_(self.heads.weight)
        nn.init.zeros_(self.heads.bias)

    def forward(self, middle: torch.Tensor, top: torch.Tensor) -> torch.Tensor:
        x = top if self.textures is None else torch.cat([top, torch.relu(self.textures(middle))], 1)
        x = torch.baddbmm(self.place_bias, x.flatten(2).transpose(0, 1), self.place).transpose(0, 1).flatten(1)
        x = self.dropout(torch.relu(x))
        return self.heads(self.dropout(torch.relu(self.mix(x))))


class Together(nn.Module):
    """1x3x96x96 -> probabilities of mask, sunglasses, hat, face: the mean of some second opinions on top of the first one."""

    def __init__(self, first: Folded, seconds: list[Second]) -> None:
        super().__init__()
        self.first, self.seconds = first, nn.ModuleList(seconds)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        middle = self.first.middle(x)
        top = self.first.top(middle)
        logits = self.first.logits(top)
        more = sum(self.second(s, middle, top) for s in self.seconds) / len(self.seconds)
        return torch.sigmoid(torch.cat([logits[:, :3] + more, logits[:, 3:]], 1))

    @staticmethod
    def second(net: Second, middle: torch.Tensor, top: torch.Tensor) -> torch.Tensor:
        """The same as its own forward, with the matrices as the grouped convolution that they are: runtimes run it faster."""
        x = top if net.textures is None else torch.cat([top, torch.relu(net.textures(middle))], 1)
        channels = net.place.shape[0]
        weight = net.place.transpose(1, 2).reshape(2 * channels, 1, 6, 6)
        x = torch.relu(torch.flatten(F.conv2d(x, weight, net.place_bias.reshape(-1), groups=channels), 1))
        return net.heads(torch.relu(net.mix(x)))
