#!/usr/bin/env python3
"""Trains mask-detector from scratch and writes 1/model.onnx and 1/model.json beside this file.

    python3 models/mask-detector/train.py               train, export, check, test
    python3 models/mask-detector/train.py --evaluate    only test the files that are there

Needs Python 3 with torch, onnx, Pillow and numpy (Debian: python3-torch python3-onnx python3-pil python3-numpy),
ONNX Runtime for the checks (see ../onnx_check.py), and the photos with their split.tsv in $SUITE_DATA/mask
(default: shared/data beside the repository). 120 epochs took 38 minutes on two busy cores (ten are estimated on idle ones), 1 GB of memory.
"""
import argparse
import copy
import csv
import json
import math
import os
import pathlib
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import onnx_check  # noqa: E402

LABELS = ["with_mask", "without_mask"]
SIZE = 128  # side of the network's input
STORED = 176  # side at which training photos are kept: crops still have detail to show
MEAN, STD = [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]
VALIDATION = 0.15  # part of the training photos, by group


# ---- data

def read_split(folder):
    """{'train' | 'validation' | 'test': [(path, label index)]}; a group of look-alikes is never on two sides."""
    with open(folder / "split.tsv", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    parts = {"train": [], "validation": [], "test": []}
    for label in LABELS:
        groups = {}
        for row in rows:
            if row["label"] == label and row["split"] == "train":
                groups.setdefault(row["group"], []).append(row["path"])
        wanted = VALIDATION * sum(map(len, groups.values()))
        taken = 0
        # Groups of more than 40 photos stay in training: one of them alone would be most of the validation part.
        order = np.random.default_rng(0).permutation(sorted(groups))
        for group in order:
            validate = taken < wanted and len(groups[group]) <= 40
            taken += len(groups[group]) if validate else 0
            parts["validation" if validate else "train"] += [(p, LABELS.index(label)) for p in groups[group]]
        parts["test"] += [(r["path"], LABELS.index(label)) for r in rows if r["label"] == label and r["split"] == "test"]
    return parts


def load(folder, items, side):
    """Photos as uint8 [N,3,side,side], decoded and stretched exactly as the server does, and their labels."""
    images = np.empty((len(items), 3, side, side), np.uint8)
    for i, (path, _) in enumerate(items):
        with Image.open(folder / path) as image:
            image = ImageOps.exif_transpose(image).convert("RGB").resize((side, side), Image.BILINEAR)
        images[i] = np.asarray(image).transpose(2, 0, 1)
    return torch.from_numpy(images), torch.tensor([label for _, label in items])


def normalise(x):
    """uint8 or 0..1 floats to what the network takes; model.json says the same to the server."""
    x = x.float() * (1 / 255) if x.dtype == torch.uint8 else x
    shape = (1, 3, 1, 1)
    return (x - torch.tensor(MEAN).view(shape)) / torch.tensor(STD).view(shape)


def augment(x):
    """Random crop, aspect, rotation, flip, light, colour, blur, noise and cutout; uint8 [N,3,S,S] to normalised."""
    def uniform(low, high, *shape):
        return torch.rand(n, *shape) * (high - low) + low

    n = len(x)
    x = x.float() / 255
    side, aspect = uniform(math.log(0.6), math.log(1.5)).exp(), uniform(-0.25, 0.25).exp()
    w, h = side * aspect, side / aspect  # over 1: the photo becomes smaller, on a plain ground
    dx, dy = (1 - w).abs() * uniform(-1, 1), (1 - h).abs() * uniform(-1, 1)
    angle, flip = uniform(-0.35, 0.35), (torch.rand(n) < 0.5).float() * 2 - 1
    cos, sin = angle.cos(), angle.sin()
    theta = torch.stack([torch.stack([cos * w * flip, -sin * h, dx], 1), torch.stack([sin * w * flip, cos * h, dy], 1)], 1)
    grid = F.affine_grid(theta, [n, 3, SIZE, SIZE], align_corners=False)
    ground = torch.rand(n, 3, 1, 1)
    x = F.grid_sample(x - ground, grid, align_corners=False) + ground

    each = (1, 1, 1)
    x = x * uniform(0.6, 1.4, *each) * uniform(0.85, 1.15, 3, 1, 1)
    middle = x.mean((1, 2, 3), keepdim=True)
    x = (x - middle) * uniform(0.6, 1.4, *each) + middle
    grey = x.mean(1, keepdim=True)
    colour = uniform(0.2, 1.6, *each) * (torch.rand(n, *each) > 0.12)  # 0 in one photo of eight: greyscale
    x = (x - grey) * colour + grey
    blurred = F.interpolate(F.avg_pool2d(x, 3, ceil_mode=True), (SIZE, SIZE), mode="bilinear", align_corners=False)
    x = torch.where(torch.rand(n, *each) < 0.15, blurred, x)
    x = x + torch.randn_like(x) * uniform(0, 0.03, *each)
    # A plain patch somewhere must not decide: neither as a mask nor by hiding one.
    for i in torch.nonzero(torch.rand(n) < 0.3).flatten().tolist():
        height, width = torch.randint(SIZE // 8, SIZE // 3, (2,)).tolist()
        top, left = torch.randint(0, SIZE - height, (1,)).item(), torch.randint(0, SIZE - width, (1,)).item()
        x[i, :, top:top + height, left:left + width] = torch.rand(3, 1, 1)
    return normalise(x.clamp(0, 1))


# ---- network

def convolution(inputs, outputs, kernel=3, stride=1):
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs))


class Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first, self.second = convolution(inputs, outputs, stride=stride), convolution(outputs, outputs)
        self.skip = nn.Identity()
        if inputs != outputs or stride != 1:
            self.skip = nn.Sequential(nn.AvgPool2d(stride, count_include_pad=False), convolution(inputs, outputs, kernel=1))

    def forward(self, x):
        return F.relu(self.second(F.relu(self.first(x))) + self.skip(x))


class MaskDetector(nn.Module):
    """A small residual network: [N,3,128,128] to logits [N,2] and features [N,192]."""

    def __init__(self, widths=(24, 48, 96, 192)):
        super().__init__()
        blocks = [Residual(i, o, 2) for i, o in zip((widths[0], *widths), widths)]
        self.body = nn.Sequential(convolution(3, widths[0], stride=2), nn.ReLU(), *blocks)
        self.head = nn.Linear(widths[-1], len(LABELS))

    def forward(self, x):
        features = self.body(x).mean((2, 3))
        return self.head(F.dropout(features, 0.2, self.training)), features


# ---- training

def train(seed, epochs, photos, validation, report):
    """Trains one network; returns (validation loss, validation accuracy, the averaged network)."""
    torch.manual_seed(seed)
    images, labels = photos
    model = MaskDetector().to(memory_format=torch.channels_last)
    average = copy.deepcopy(model).eval()
    best = (math.inf, 0, None)
    batch, steps = 64, epochs * (len(labels) // 64)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0}])
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, steps, pct_start=0.1, final_div_factor=1e3)
    step = 0
    for epoch in range(epochs):
        model.train()
        order = torch.randperm(len(labels))
        for start in range(0, len(labels) - batch + 1, batch):
            chosen = order[start:start + batch]
            x, y = augment(images[chosen]), F.one_hot(labels[chosen], 2).float()
            if torch.rand(()) < 0.5:  # mixup, in every second batch
                share = np.random.default_rng((seed, step)).beta(0.4, 0.4)
                other = torch.randperm(batch)
                x, y = x * share + x[other] * (1 - share), y * share + y[other] * (1 - share)
            loss = F.cross_entropy(model(x.contiguous(memory_format=torch.channels_last))[0], y, label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            step += 1
            update(average, model, min(0.998, step / (step + 10)))
        if epoch % 5 == 4 or epoch == epochs - 1:
            found, accuracy = measure(average, *validation)
            report(f"seed {seed} epoch {epoch + 1:3} train loss {loss.item():.3f} validation loss {found:.4f} accuracy {accuracy:.4f}")
            if found < best[0]:
                best = (found, accuracy, copy.deepcopy(average))
    return best


@torch.no_grad()
def update(average, model, decay):
    """Exponential moving average of the weights and of BatchNorm's statistics."""
    for mean, value in zip(average.state_dict().values(), model.state_dict().values()):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)


@torch.no_grad()
def measure(model, images, labels):
    logits = torch.cat([model(normalise(images[i:i + 64]))[0] for i in range(0, len(images), 64)])
    return F.cross_entropy(logits, labels).item(), (logits.argmax(1) == labels).float().mean().item()


# ---- export and test

def export(model, file):
    """Writes [N,3,SIZE,SIZE] -> logits [N,2], features [N,D]; BatchNorm is folded into the convolutions."""
    file.parent.mkdir(parents=True, exist_ok=True)
    model = model.eval().to(memory_format=torch.contiguous_format)
    torch.onnx.export(model, torch.zeros(2, 3, SIZE, SIZE), str(file), opset_version=17, input_names=["input"],
                      output_names=["logits", "features"], dynamic_axes={k: {0: "N"} for k in ("input", "logits", "features")})


def evaluate(file, folder, items):
    """Tests the exported file through ONNX Runtime on photos prepared as in serving; prints what README.md quotes."""
    images, labels = load(folder, items, SIZE)
    logits = onnx_check.run(file, "input", normalise(images).numpy())["logits"].astype(np.float64)
    labels, predicted = labels.numpy(), logits.argmax(1)
    probability = np.exp(logits - logits.max(1, keepdims=True))
    probability /= probability.sum(1, keepdims=True)
    confusion = np.zeros((2, 2), int)
    np.add.at(confusion, (labels, predicted), 1)
    precision, recall = confusion.diagonal() / confusion.sum(0), confusion.diagonal() / confusion.sum(1)
    f1 = 2 * precision * recall / (precision + recall)
    for i, label in enumerate(LABELS):
        print(f"{label:13} precision {precision[i]:.4f} recall {recall[i]:.4f} F1 {f1[i]:.4f}; predicted as {LABELS}: {confusion[i].tolist()}")
    print(f"log-loss {-np.log(probability[np.arange(len(labels)), labels]).mean():.4f}; wrong:")
    for i in np.flatnonzero(labels != predicted):
        print(f"  {items[i][0]} -> {LABELS[predicted[i]]} {probability[i, predicted[i]]:.3f}")
    metrics = {"accuracy": (labels == predicted).mean(), "precision": precision.mean(), "recall": recall.mean(), "f1": f1.mean(),
               "rocAuc": onnx_check.roc_auc(labels == 0, probability[:, 0])}
    metrics = {name: round(float(value), 4) for name, value in metrics.items()} | {"testImages": len(labels)}
    print(json.dumps(metrics))
    return metrics


def manifest(file, metrics):
    return {
        "name": "mask-detector", "version": "1", "task": "image-classification", "labels": LABELS,
        "input": {"kind": "image", "name": "input", "width": SIZE, "height": SIZE, "layout": "nchw", "colour": "rgb", "resize": "stretch",
                  "interpolation": "bilinear", "scale": 1 / 255, "mean": MEAN, "std": STD},
        "output": {"name": "logits", "activation": "softmax", "features": "features"},
        "batching": {"maxBatchSize": 16, "maxQueueDelay": "00:00:00", "maxQueueLength": 256},
        "recording": "durable", "licence": "Apache-2.0",
        "source": "Trained from scratch by models/mask-detector/train.py on photos of chandrikadeb7/Face-Mask-Detection@7e500749 (repository MIT)",
        "sha256": onnx_check.sha256(file), "metrics": metrics,
        "description": "Says whether the person in a photo wears a face mask; a small residual network trained from scratch.",
    }


def main():
    shared = os.environ.get("SUITE_DATA", HERE.parents[2] / "shared" / "data")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path(shared) / "mask", help="folder with split.tsv")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "1")
    parser.add_argument("--epochs", type=int, default=120)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1], help="one network each; the lowest validation loss is exported")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--evaluate", action="store_true", help="test the model that is there; train nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    file, parts = arguments.out / "model.onnx", read_split(arguments.data)
    if arguments.evaluate:
        evaluate(file, arguments.data, parts["test"])
        return

    started = time.time()

    def report(line):
        print(f"{time.time() - started:6.0f} s  {line}", flush=True)

    report(", ".join(f"{name} {len(items)}" for name, items in parts.items()))
    photos, validation = load(arguments.data, parts["train"], STORED), load(arguments.data, parts["validation"], SIZE)
    found, accuracy, model = min((train(seed, arguments.epochs, photos, validation, report) for seed in arguments.seeds), key=lambda r: r[0])
    report(f"chosen: validation loss {found:.4f} accuracy {accuracy:.4f}")
    export(model, file)
    x = normalise(validation[0])
    with torch.no_grad():
        wanted = dict(zip(("logits", "features"), model(x)))
    answers = onnx_check.run(file, "input", x.numpy())
    difference = max(np.abs(answers[name] - value.numpy()).max() for name, value in wanted.items())
    report(f"max |torch - ONNX Runtime| on {len(x)} photos: {difference:.2e}; {file.stat().st_size / 1e6:.2f} MB")
    if difference >= 1e-4:
        raise SystemExit("the export does not answer as the trained network does")
    metrics = evaluate(file, arguments.data, parts["test"])
    (arguments.out / "model.json").write_text(json.dumps(manifest(file, metrics), indent=2) + "\n")


if __name__ == "__main__":
    main()
