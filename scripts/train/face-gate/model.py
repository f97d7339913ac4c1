"""The face gate: a small residual network of plain convolutions with one sigmoid for each head."""

from __future__ import annotations

import torch
from torch import nn

WIDTHS = (24, 32, 64, 128)


def conv(i: int, o: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(inplace=True))


class Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = conv(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, 1, 1, bias=False), nn.BatchNorm2d(width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.second(self.first(x)))


class FaceGate(nn.Module):
    """1x3x96x96 -> logits of mask, sunglasses, hat, face."""

    def __init__(self, heads: int = 4, dropout: float = 0.2) -> None:
        super().__init__()
        a, b, c, d = WIDTHS
        self.trunk = nn.Sequential(
            conv(3, a, 2), conv(a, b, 2), Residual(b), conv(b, c, 2), Residual(c), conv(c, d, 2), Residual(d)
        )
        # What is seen counts by where it is seen: a weight per channel and place instead of a mean.
        self.place = nn.Sequential(nn.Conv2d(d, d, 6, groups=d, bias=False), nn.BatchNorm2d(d), nn.ReLU(inplace=True))
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.Linear(d, heads)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.heads(self.dropout(torch.flatten(self.place(self.trunk(x)), 1)))


class Exported(nn.Module):
    def __init__(self, net: FaceGate) -> None:
        super().__init__()
        self.net = net

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.net(x))


def export(net: FaceGate, path: str, side: int) -> None:
    torch.onnx.export(
        Exported(net).eval(), torch.zeros(1, 3, side, side), path, opset_version=13,
        input_names=["input"], output_names=["scores"], do_constant_folding=True,
    )
