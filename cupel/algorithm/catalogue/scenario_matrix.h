// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The scenario matrix: algorithm x scenario x test set x scheme -> value, interval, n.
///
/// A release is not one number. The matrix says what was declared to matter, which of it was measured, and
/// prints "not evaluated" where nothing was; coverage is the share of declared cells that hold a value. It is
/// a TOML file:
///
///     schemes = ["accuracy", "f_score@average=macro"]
///     [[algorithm]]
///     id = "face-v2"
///     class = "main"            # main | long-tail
///     [[scenario]]
///     id = "night"
///     kind = "dynamic"          # static | dynamic
///     conditions = ["night", "rain"]
///     [[test_set]]              # fills cells (algorithm, scenario)
///     algorithm = "face-v2"
///     scenario = "night"
///     id = "night-2026"
///     cohort = "all rows"       # which rows, in words: a figure holds for its cohort only
///     predictions = "night.csv" # relative to the matrix file
///     truth = "night-truth.json"
///     schemes = ["accuracy"]    # optional: other than the matrix's
///
/// Declared cells: every algorithm x every scenario x every scheme of the matrix.

#include <filesystem>
#include <string>
#include <vector>

#include "cupel/algorithm/catalogue/evaluate_files.h"

namespace cupel::algorithm::catalogue {

struct MatrixAxis {
  std::string id;
  std::string kind;  ///< Of an algorithm "main", "long-tail"; of a scenario "static", "dynamic".
  std::vector<std::string> conditions;  ///< Of a scenario.
};

struct TestSet {
  std::string id;
  std::string algorithm;
  std::string scenario;
  std::string cohort;
  scheme::Sources sources;
  std::vector<scheme::Call> calls;
};

struct ScenarioMatrix {
  std::vector<MatrixAxis> algorithms;
  std::vector<MatrixAxis> scenarios;
  std::vector<scheme::Call> calls;  ///< Of every declared cell.
  std::vector<TestSet> test_sets;
};

/// Errors: those of TOML; kInvalidArgument for an unknown algorithm, scenario or scheme, for an id given
/// twice and for an empty axis.
Result<ScenarioMatrix> ReadScenarioMatrix(const std::filesystem::path& path);

/// One figure of the matrix.
struct MatrixCell {
  std::string algorithm;
  std::string scenario;
  std::string scheme;    ///< Full name.
  std::string test_set;  ///< Empty: not evaluated.
  std::string cohort;
  std::optional<check::Metric> metric;  ///< Absent: not evaluated, or `reason` says why not.
  std::string reason;
};

struct FilledMatrix {
  std::vector<MatrixCell> cells;  ///< By algorithm, scenario, scheme, test set.
  std::int64_t declared = 0;
  std::int64_t covered = 0;  ///< Declared cells with at least one value.
};

/// Errors: a file that cannot be read. A scheme that a test set cannot carry leaves its cell empty, with the
/// reason.
Result<FilledMatrix> FillMatrix(const ScenarioMatrix& matrix, const scheme::Options& options);

}  // namespace cupel::algorithm::catalogue
