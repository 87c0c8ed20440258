"""Runs an ONNX file on arrays with ONNX Runtime, for checking an export against the trainer.

Uses Python's `onnxruntime` where it is installed; otherwise Node's `onnxruntime-node`, found from the working
directory or NODE_PATH. (Debian packages torch and onnx for Python, but not onnxruntime.)
"""
import hashlib
import json
import pathlib
import subprocess
import tempfile

import numpy as np

_NODE = """
const fs = require('fs'), ort = require('onnxruntime-node');
const [model, folder, input, ...shape] = process.argv.slice(1);
(async () => {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 2 });
  const dims = shape.map(Number), row = dims.slice(1).reduce((a, b) => a * b, 1), step = 64;
  const bytes = fs.readFileSync(folder + '/input.f32');
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const parts = {}, shapes = {};
  for (let i = 0; i < dims[0]; i += step) {
    const n = Math.min(step, dims[0] - i);
    const tensor = new ort.Tensor('float32', data.slice(i * row, (i + n) * row), [n, ...dims.slice(1)]);
    const out = await session.run({ [input]: tensor });
    for (const name in out) {
      const values = out[name].data;
      (parts[name] ??= []).push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
      shapes[name] = [dims[0], ...out[name].dims.slice(1)];
    }
  }
  for (const name in parts) fs.writeFileSync(folder + '/' + name + '.f32', Buffer.concat(parts[name]));
  fs.writeFileSync(folder + '/shapes.json', JSON.stringify(shapes));
})();
"""


def run(model, name, array):
    """Every output of `model` as {name: float32 array} for the one input `name`, in batches of 64."""
    array = np.ascontiguousarray(array, np.float32)
    try:
        import onnxruntime
    except ImportError:
        return _run_in_node(model, name, array)
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    parts = [session.run(names, {name: array[i:i + 64]}) for i in range(0, len(array), 64)]
    return {n: np.concatenate(p) for n, p in zip(names, zip(*parts))}


def _run_in_node(model, name, array):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        array.tofile(path / "input.f32")
        command = ["node", "-e", _NODE, str(pathlib.Path(model).resolve()), folder, name, *map(str, array.shape)]
        subprocess.run(command, check=True)
        shapes = json.loads((path / "shapes.json").read_text())
        return {n: np.fromfile(path / f"{n}.f32", np.float32).reshape(s) for n, s in shapes.items()}


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def roc_auc(positive, score):
    """Area under the ROC curve by ranks (Mann-Whitney U); tied scores share their mean rank."""
    positive = np.asarray(positive, bool)
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    n1, n0 = positive.sum(), (~positive).sum()
    return float((ranks[positive].sum() - n1 * (n1 + 1) / 2) / (n1 * n0))
