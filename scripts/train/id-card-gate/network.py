"""The network: a small residual net of plain convolutions on a 3 x 160 x 160 image, one logit."""
import torch
from torch import nn

RASTER = 160


def conv(cin, cout, k, stride=1):
    return nn.Sequential(
        nn.Conv2d(cin, cout, k, stride, k // 2, bias=False),
        nn.BatchNorm2d(cout),
    )


class Block(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        mid = cout
        self.a = conv(cin, mid, 3, stride)
        self.b = conv(mid, cout, 3)
        self.short = None
        if stride != 1 or cin != cout:
            self.short = nn.Sequential(nn.AvgPool2d(stride) if stride > 1 else nn.Identity(), conv(cin, cout, 1))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        y = self.b(self.relu(self.a(x)))
        return self.relu(y + (x if self.short is None else self.short(x)))


class Gate(nn.Module):
    """Stem (stride 4), then four stages; mean and maximum over the last map, one logit."""

    def __init__(self, widths=(16, 32, 48, 80, 128)):
        super().__init__()
        w = widths
        self.stem = nn.Sequential(conv(3, w[0], 5, 2), nn.ReLU(inplace=True))
        self.stages = nn.Sequential(
            Block(w[0], w[1], 2),
            Block(w[1], w[2], 2),
            Block(w[2], w[3], 2),
            Block(w[3], w[4], 2),
            Block(w[4], w[4], 1),
        )
        self.mix = nn.Sequential(conv(w[4], 128, 1), nn.ReLU(inplace=True))
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(256, 1)

    def forward(self, x):
        y = self.mix(self.stages(self.stem(x)))
        y = torch.cat([y.mean((2, 3)), y.amax((2, 3))], 1)
        return self.head(self.drop(y))[:, 0]


class WithSigmoid(nn.Module):
    def __init__(self, gate):
        super().__init__()
        self.gate = gate

    def forward(self, image):
        return torch.sigmoid(self.gate(image))
