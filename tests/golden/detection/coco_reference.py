#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""COCOeval's twelve statistics of the generated sets, as C++ hexadecimal numbers.

The sets are written by the test itself:
    CUPEL_DETECTION_SETS=FOLDER cupel_algorithm_detection_test --gtest_filter='*WritesTheSets*'
    PYTHONPATH=<cocoapi>/PythonAPI python3 coco_reference.py FOLDER > cupel/algorithm/detection/coco_golden_for_test.h
Last run with pycocotools 2.0.11 (ppwwyyxx/cocoapi, commit ac87f507) and NumPy 1.24.2.
"""
import contextlib
import io
import pathlib
import resource
import sys
import time

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def statistics(folder, name, max_detections):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(folder / f"{name}.truth.json"))
        evaluation = COCOeval(truth, truth.loadRes(str(folder / f"{name}.results.json")), "bbox")
        evaluation.params.maxDets = [1, 10, max_detections]
        start = time.process_time()
        evaluation.evaluate()
        evaluation.accumulate()
        seconds = time.process_time() - start
        evaluation.summarize()
    return [float(value) for value in evaluation.stats], seconds


def main():
    folder = pathlib.Path(sys.argv[1])
    if len(sys.argv) > 2:  # Time and memory on one set.
        values, seconds = statistics(folder, sys.argv[2], 100)
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{seconds:.2f} s evaluate + accumulate, peak {peak_mib:.0f} MiB", values)
        return
    print("// SPDX-License-Identifier: Apache-2.0")
    print("#pragma once\n")
    print("/// Made by tests/golden/detection/coco_reference.py with pycocotools 2.0.11 (ppwwyyxx/cocoapi, commit")
    print("/// ac87f507) and NumPy 1.24.2, on the sets of generated_for_test.h. -1: no object that counts.\n")
    print("#include <array>\n#include <string_view>\n#include <vector>\n")
    print("namespace cupel::algorithm::detection::test_support {\n")
    print("struct CocoGolden {")
    print("  std::string_view set;")
    print("  int max_detections;")
    print("  std::array<double, 12> statistics;  ///< As COCOeval.summarize orders them.")
    print("};\n")
    rows = []
    for path in sorted(folder.glob("*.truth.json")):
        name = path.name.removesuffix(".truth.json")
        if name in ("simple", "faces"):
            continue
        for max_detections in (100, 300) if name == "dense" else (100,):
            values, _ = statistics(folder, name, max_detections)
            rows.append(f'    {{"{name}", {max_detections}, {{{{{", ".join(value.hex() for value in values)}}}}}}},')
    print("inline const std::vector<CocoGolden> kCocoGolden = {")
    print("\n".join(rows))
    print("};\n\n}  // namespace cupel::algorithm::detection::test_support")


main()
