"""Trains one model with PyTorch and prints microseconds a step as JSON: MODEL THREADS SECONDS eager|compile [DEVICE] [BATCH]."""

import json
import sys
import time

import torch
from torch import nn

name, threads, seconds, mode = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
device = sys.argv[5] if len(sys.argv) > 5 else "cpu"
torch.set_num_threads(threads)
torch.set_num_interop_threads(1)
torch.manual_seed(1)


def perceptron(sizes):
    layers = []
    for index in range(len(sizes) - 1):
        layers.append(nn.Linear(sizes[index], sizes[index + 1]))
        if index < len(sizes) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


class SegRnn(nn.Module):
    def __init__(self, segment=24, width=128, history=336, horizon=96):
        super().__init__()
        self.segment, self.width, self.horizon = segment, width, horizon
        self.embed = nn.Linear(segment, width)
        self.gru = nn.GRU(width, width, batch_first=True)
        self.positions = nn.Parameter(torch.randn(horizon // segment, width))
        self.decode = nn.Linear(width, segment)

    def forward(self, x):
        batch, segments = x.shape[0], self.horizon // self.segment
        rows = torch.relu(self.embed(x.reshape(batch, -1, self.segment)))
        _, state = self.gru(rows)
        states = state.repeat(1, 1, segments).reshape(1, -1, self.width)
        inputs = self.positions.repeat(batch, 1).unsqueeze(1)
        decoded, _ = self.gru(inputs, states)
        return self.decode(decoded).reshape(batch, self.horizon)


class Stepwise(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(1, 64, batch_first=True)
        self.output = nn.Linear(64, 12)

    def forward(self, x):
        _, state = self.gru(x.unsqueeze(-1))
        return self.output(state[0])


models = {
    "perceptron-small": (lambda: perceptron([64, 64, 64, 12]), 64, 64, 12),
    "perceptron-large": (lambda: perceptron([168, 512, 512, 24]), 256, 168, 24),
    "segrnn": (SegRnn, 256, 336, 96),
    "gru-stepwise": (Stepwise, 128, 48, 12),
}
build, batch, history, horizon = models[name]
batch = int(sys.argv[6]) if len(sys.argv) > 6 else batch
rows = torch.arange(20_000, dtype=torch.float64)
series = (torch.sin(rows / 7) + 0.1 * torch.sin(rows * 1.7)).float().to(device)
windows = series.unfold(0, history + horizon, 1)
model = build().to(device)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01, fused=True)


def loss_of(window):
    return nn.functional.mse_loss(model(window[:, :history]), window[:, history:])


if mode == "compile":
    loss_of = torch.compile(loss_of)


def train(steps):
    starts = torch.randint(0, windows.shape[0], (steps, batch), device=device)
    if device != "cpu":
        torch.cuda.synchronize()
    since = time.perf_counter()
    for step in range(steps):
        loss = loss_of(windows[starts[step]])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - since


train(3)
steps = max(2, round(seconds / 20 * 5 / train(5)))
runs = sorted(train(steps) / steps * 1e6 for _ in range(20))
print(json.dumps({"best": runs[0], "median": runs[10], "version": torch.__version__}))
