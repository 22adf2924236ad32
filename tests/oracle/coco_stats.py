"""The oracle of the COCO evaluator: pycocotools' twelve figures for pairs of files.

Usage: python coco_stats.py CASES.json, where CASES.json is a list of {"gt": PATH, "dt": PATH}.
Prints one JSON list: {"stats": [12 numbers], "seconds": {"load", "evaluate", "accumulate"}} for each pair.
"""

import contextlib
import io
import json
import sys
import time

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def score(gt, dt):
    start = time.perf_counter()
    truth = COCO(gt)
    found = truth.loadRes(dt)
    loaded = time.perf_counter()
    evaluation = COCOeval(truth, found, "bbox")
    evaluation.evaluate()
    evaluated = time.perf_counter()
    evaluation.accumulate()
    accumulated = time.perf_counter()
    evaluation.summarize()
    return {
        "stats": [float(value) for value in evaluation.stats],
        "seconds": {
            "load": loaded - start,
            "evaluate": evaluated - loaded,
            "accumulate": accumulated - evaluated,
        },
    }


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)
    # pycocotools reports its progress on stdout.
    with contextlib.redirect_stdout(io.StringIO()):
        results = [score(case["gt"], case["dt"]) for case in cases]
    print(json.dumps(results))


main()
