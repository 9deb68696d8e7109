"""Trains one model with PyTorch and answers measurements, one line of JSON each: MODEL [DEVICE] [BATCH]."""

import json
import sys
import time

import torch
from torch import nn

name = sys.argv[1]
device = sys.argv[2] if len(sys.argv) > 2 else "cpu"
torch.set_num_interop_threads(1)
torch.set_flush_denormal(True)
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
batch = int(sys.argv[3]) if len(sys.argv) > 3 else batch
rows = torch.arange(20_000, dtype=torch.float64)
series = (torch.sin(rows / 7) + 0.1 * torch.sin(rows * 1.7)).float().to(device)
windows = series.unfold(0, history + horizon, 1)


class Trainer:
    """A model with its optimizer, run as it is or compiled for a number of threads."""

    def __init__(self, mode):
        self.model = build().to(device)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3, weight_decay=0.01, fused=True)
        self.loss_of = torch.compile(self.loss) if mode == "compile" else self.loss
        self.seconds_per_step = None

    def loss(self, window):
        return nn.functional.mse_loss(self.model(window[:, :history]), window[:, history:])

    def train(self, steps):
        starts = torch.randint(0, windows.shape[0], (steps, batch), device=device)
        if device != "cpu":
            torch.cuda.synchronize()
        since = time.perf_counter()
        for step in range(steps):
            loss = self.loss_of(windows[starts[step]])
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.optimizer.step()
        if device != "cpu":
            torch.cuda.synchronize()
        return time.perf_counter() - since


trainers = {}


def measure(threads, seconds, mode="eager"):
    torch.set_num_threads(threads)
    if (mode, threads) not in trainers:
        trainers[mode, threads] = Trainer(mode)
    trainer = trainers[mode, threads]
    if seconds == 0:
        trainer.train(3)
    expected = trainer.seconds_per_step
    steps = 5 if expected is None else max(2, round(seconds / expected))
    trainer.seconds_per_step = trainer.train(steps) / steps
    return trainer.seconds_per_step * 1e6


parameters = sum(parameter.numel() for parameter in build().parameters())
print(json.dumps({"version": torch.__version__, "parameters": parameters}), flush=True)
for line in sys.stdin:
    print(json.dumps({"microseconds": measure(**json.loads(line))}), flush=True)
