#!/usr/bin/env python3
"""Trains report-scorer on synthetic reports and writes 1/model.onnx and 1/model.json beside this file.

    python3 models/report-scorer/train.py               generate, train, export, check, test
    python3 models/report-scorer/train.py --evaluate    only test the files that are there

Needs Python 3 with numpy and onnx and XGBoost's native library (Debian: python3-numpy python3-onnx libxgboost0),
and ONNX Runtime for the checks (see ../onnx_check.py). Takes five seconds on two cores.
"""
import argparse
import ctypes
import json
import math
import pathlib
import sys
import time

import numpy as np
from onnx import TensorProto, checker, helper, save

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import onnx_check  # noqa: E402

TYPES = ["MSG", "PROFILE", "PHOTO", "SPAM", "SCAM", "HARASSMENT"]
TYPE_EFFECT = np.array([-0.4, -1.2, 0.0, 0.4, 1.4, 0.8, -0.2])  # the last one: a type not in the list (-1)
TEXT_EFFECT = np.array([2.2, 1.2, 0.6, 1.2, 1.8, 2.2, 1.5])  # a long text says much of a message, little of a photo
RATING_EFFECT = np.array([0.6, 0.6, 0.6, 1.4, 1.4, 0.6, 0.6])  # spammers and scammers are badly rated


# ---- synthetic reports

def generate(seed, count):
    """Rows [count,4] (category index, then numbers), labels, and the true probability of each label being 1."""
    random = np.random.default_rng(seed)
    kind = random.choice(7, count, p=[0.30, 0.15, 0.15, 0.15, 0.10, 0.13, 0.02])
    length = np.minimum(np.floor(random.lognormal(4.2, 1.2, count)), 2000) * (random.random(count) > 0.15)
    rating = np.round(5 * random.beta(3, 2, count), 1) * (random.random(count) > 0.15)
    popularity = np.floor(random.lognormal(3.5, 1.6, count)) * (random.random(count) > 0.10)
    rows = np.stack([np.where(kind == 6, -1, kind), length, rating, popularity], 1).astype(np.float32)
    truth = true_probability(rows)
    return rows, (random.random(count) < truth).astype(np.float32), truth


def true_probability(rows):
    """P(report is valid | row), as README.md states it; no missing values."""
    kind, length, rating, popularity = rows[:, 0].astype(int), *rows.T[1:].astype(np.float64)
    text = np.tanh((np.log1p(length) - 3.5) / 1.2) - 0.8 * (length > 1000)
    known = np.where(rating == 0, 0, 2.8 - rating)  # a rating of 0 is "not rated yet" and says nothing
    fame = np.log1p(popularity) - 3
    logit = -0.8 + TYPE_EFFECT[kind] + TEXT_EFFECT[kind] * text + RATING_EFFECT[kind] * known
    logit += np.where(kind == TYPES.index("PHOTO"), 0.7, 0.0) * fame  # known people's photos are stolen more often
    logit -= 0.7 * np.maximum(fame, 0) * (rating > 3.5)  # popular and well rated: reported out of spite
    return 0.03 + 0.94 / (1 + np.exp(-logit))  # 6 % of the labels are coin flips


def hide(rows, seed):
    """The same rows with 3 % of every column missing."""
    return np.where(np.random.default_rng(seed).random(rows.shape) < 0.03, np.float32(np.nan), rows)


def one_hot(rows):
    """What the graph does inside: [N,4] to [N,6+3]; an unknown or missing type is all zeros."""
    return np.concatenate([rows[:, :1] == np.arange(len(TYPES)), rows[:, 1:]], 1).astype(np.float32)


# ---- XGBoost's C API

class XGBoost:
    """As much of libxgboost as training needs; every call's non-zero answer becomes an exception."""

    def __init__(self):
        self.library = ctypes.CDLL("libxgboost.so.0")
        self.library.XGBGetLastError.restype = ctypes.c_char_p

    def call(self, name, *arguments):
        if getattr(self.library, name)(*arguments):
            raise RuntimeError(f"{name}: {self.library.XGBGetLastError().decode()}")

    def matrix(self, features, labels):
        features, labels = np.ascontiguousarray(features, np.float32), np.ascontiguousarray(labels, np.float32)
        handle = ctypes.c_void_p()
        self.call("XGDMatrixCreateFromMat", features.ctypes.data_as(ctypes.c_void_p), ctypes.c_uint64(features.shape[0]),
                  ctypes.c_uint64(features.shape[1]), ctypes.c_float(math.nan), ctypes.byref(handle))
        self.call("XGDMatrixSetFloatInfo", handle, b"label", labels.ctypes.data_as(ctypes.c_void_p), ctypes.c_uint64(len(labels)))
        return handle

    def train(self, train, validation, parameters, rounds, patience):
        """Boosts until the validation loss has not fallen for `patience` rounds; returns (booster, best number of trees)."""
        booster, watched = ctypes.c_void_p(), (ctypes.c_void_p * 2)(train, validation)
        self.call("XGBoosterCreate", watched, ctypes.c_uint64(2), ctypes.byref(booster))
        for name, value in parameters.items():
            self.call("XGBoosterSetParam", booster, name.encode(), str(value).encode())
        best, best_round, text = math.inf, 0, ctypes.c_char_p()
        names, only = (ctypes.c_char_p * 1)(b"validation"), (ctypes.c_void_p * 1)(validation)
        for i in range(rounds):
            self.call("XGBoosterUpdateOneIter", booster, i, train)
            self.call("XGBoosterEvalOneIter", booster, i, only, names, ctypes.c_uint64(1), ctypes.byref(text))
            loss = float(text.value.decode().rsplit(":", 1)[1])
            if loss < best:
                best, best_round = loss, i
            elif i - best_round >= patience:
                break
        print(f"{best_round + 1} trees, validation log-loss {best:.5f}")
        return booster, best_round + 1

    def predict(self, booster, matrix, trees):
        config = json.dumps({"type": 0, "training": False, "iteration_begin": 0, "iteration_end": trees, "strict_shape": False})
        shape, dimensions, result = ctypes.POINTER(ctypes.c_uint64)(), ctypes.c_uint64(), ctypes.POINTER(ctypes.c_float)()
        self.call("XGBoosterPredictFromDMatrix", booster, matrix, config.encode(),
                  ctypes.byref(shape), ctypes.byref(dimensions), ctypes.byref(result))
        return np.ctypeslib.as_array(result, (shape[0],)).copy()

    def to_json(self, booster):
        length, text = ctypes.c_uint64(), ctypes.POINTER(ctypes.c_char)()
        self.call("XGBoosterSaveModelToBuffer", booster, b'{"format": "json"}', ctypes.byref(length), ctypes.byref(text))
        return json.loads(ctypes.string_at(text, length.value))


# ---- export

def to_onnx(model, tree_count):
    """XGBoost's JSON to one graph: rows [N,4] -> one-hot of column 0 -> trees -> sigmoid -> score [N,1]."""
    learner = model["learner"]
    base = float(learner["learner_model_param"]["base_score"])  # a probability; the trees add to its logit
    nodes = {key: [] for key in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids",
                                 "missing_value_tracks_true")}
    target = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
    for number, tree in enumerate(learner["gradient_booster"]["model"]["trees"][:tree_count]):
        for node, left in enumerate(tree["left_children"]):
            leaf = left < 0
            value = float(np.float32(tree["split_conditions"][node]))  # the threshold, or a leaf's weight
            row = (number, node, 0 if leaf else tree["split_indices"][node], 0.0 if leaf else value, "LEAF" if leaf else "BRANCH_LT",
                   0 if leaf else left, 0 if leaf else tree["right_children"][node], 0 if leaf else int(tree["default_left"][node]))
            for values, entry in zip(nodes.values(), row):
                values.append(entry)
            if leaf:
                for values, entry in zip(target.values(), (number, node, 0, value)):
                    values.append(entry)

    def constant(name, values, type_):
        return helper.make_tensor(name, type_, np.shape(values), np.ravel(values).tolist())

    graph = helper.make_graph(
        [helper.make_node("Slice", ["rows", "zero", "one", "one"], ["type"]),
         helper.make_node("Slice", ["rows", "one", "four", "one"], ["numbers"]),
         helper.make_node("Equal", ["type", "indices"], ["is_type"]),  # NaN and -1 equal none of them
         helper.make_node("Cast", ["is_type"], ["one_hot"], to=TensorProto.FLOAT),
         helper.make_node("Concat", ["one_hot", "numbers"], ["encoded"], axis=1),
         helper.make_node("TreeEnsembleRegressor", ["encoded"], ["margin"], domain="ai.onnx.ml", n_targets=1, aggregate_function="SUM",
                          post_transform="NONE", base_values=[math.log(base / (1 - base))],
                          **{f"nodes_{k}": v for k, v in nodes.items()}, **{f"target_{k}": v for k, v in target.items()}),
         helper.make_node("Sigmoid", ["margin"], ["score"])],
        "report-scorer",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["N", 4])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["N", 1])],
        [constant("zero", [0], TensorProto.INT64), constant("one", [1], TensorProto.INT64), constant("four", [4], TensorProto.INT64),
         constant("indices", [list(range(len(TYPES)))], TensorProto.FLOAT)])
    # Slice cuts along the axis in its fourth input, which is 1 here like its `one` bounds.
    onnx = helper.make_model(graph, producer_name="InferenceSuite", ir_version=8,
                             opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    checker.check_model(onnx)
    return onnx


# ---- test

def evaluate(model):
    """Scores the test reports with the exported file and prints what README.md quotes."""
    rows, labels, truth = generate(3, 50_000)
    score = onnx_check.run(model, "rows", rows)["score"][:, 0]
    large = generate(4, 1_000_000)
    hidden = onnx_check.run(model, "rows", hide(rows, 5))["score"][:, 0]
    metrics = {"rocAuc": round(onnx_check.roc_auc(labels, score), 4), "bayesRocAuc": round(onnx_check.roc_auc(*large[1:]), 4),
               "testRows": len(rows)}
    print(json.dumps(metrics), f"true probability on the test rows {onnx_check.roc_auc(labels, truth):.4f};",
          f"with 3 % missing {onnx_check.roc_auc(labels, hidden):.4f}; valid {labels.mean():.3f};",
          f"mean |score - truth| {np.abs(score - truth).mean():.4f}")
    print("| score | reports | mean score | valid |\n|---|---|---|---|")
    for low in np.arange(0, 1, 0.1):
        inside = (score >= low) & (score < low + 0.1)
        if inside.any():
            print(f"| {low:.1f}-{low + 0.1:.1f} | {inside.sum()} | {score[inside].mean():.3f} | {labels[inside].mean():.3f} |")
    return metrics


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluate", action="store_true", help="test the model that is there; train nothing")
    parser.add_argument("--out", type=pathlib.Path, default=HERE / "1")
    arguments = parser.parse_args()
    if arguments.evaluate:
        evaluate(arguments.out / "model.onnx")
        return

    started, xgboost = time.time(), XGBoost()
    train_rows, train_labels, _ = generate(1, 200_000)
    validation_rows, validation_labels, _ = generate(2, 50_000)
    train = xgboost.matrix(one_hot(hide(train_rows, 6)), train_labels)
    validation = xgboost.matrix(one_hot(hide(validation_rows, 7)), validation_labels)
    parameters = {"objective": "binary:logistic", "eval_metric": "logloss", "tree_method": "hist", "max_depth": 5, "eta": 0.1,
                  "min_child_weight": 20, "subsample": 0.8, "lambda": 2, "base_score": 0.4, "seed": 1, "nthread": 2}
    booster, trees = xgboost.train(train, validation, parameters, rounds=600, patience=30)
    arguments.out.mkdir(parents=True, exist_ok=True)
    file = arguments.out / "model.onnx"
    save(to_onnx(xgboost.to_json(booster), trees), str(file))

    rows, labels, _ = generate(3, 50_000)
    both = np.concatenate([rows, hide(rows, 5)])  # unknown types are in both, missing values in the second half
    wanted = xgboost.predict(booster, xgboost.matrix(one_hot(both), np.tile(labels, 2)), trees)
    difference = np.abs(onnx_check.run(file, "rows", both)["score"][:, 0] - wanted).max()
    print(f"max |XGBoost - ONNX Runtime| on {len(both)} rows: {difference:.2e}")
    if difference >= 1e-5:
        raise SystemExit("the export does not answer as XGBoost does")

    numbers = [{"name": name, "type": "number"} for name in ("report_text_len", "profile_rating", "popularity")]
    manifest = {
        "name": "report-scorer", "version": "1", "task": "tabular-regression",
        "columns": [{"name": "abuse_type", "type": "category", "values": TYPES}, *numbers],
        "input": {"kind": "rows", "name": "rows"},
        "output": {"name": "score", "activation": "none"},
        "batching": {"maxBatchSize": 1024, "maxQueueDelay": "00:00:00", "maxQueueLength": 4096},
        "recording": "durable", "licence": "Apache-2.0",
        "source": "Trained by models/report-scorer/train.py on synthetic reports that it generates itself",
        "sha256": onnx_check.sha256(file), "metrics": evaluate(file),
        "description": "Scores how likely a user's abuse report is valid, so that moderators see the likeliest first; trained on synthetic data.",
    }
    (arguments.out / "model.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{file.stat().st_size / 1e6:.2f} MB, {time.time() - started:.0f} s")


if __name__ == "__main__":
    main()
