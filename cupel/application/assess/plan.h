// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The plan: what to assess, on which data, by which checks, against which requirements.
///
/// People write it as TOML; unknown keys are errors. `ReadPlan` checks everything that can be checked without
/// opening the model or the data: keys, types, check ids, parameters and their ranges, requirements and the
/// metrics they name.
///
///     name = "Fashion-MNIST, small residual network"
///     seed = 7
///
///     [model]
///     file = "resnet.onnx"            # relative to the plan
///
///     [data]
///     manifest = "test.toml"
///     subset = "first 1000"           # or "random 1000", "stratified 1000", "all"
///
///     [[check]]
///     id = "inspect.pgd"
///     subset = "first 256"            # of the data above
///     parameters = { epsilons = [0.0314] }
///     require = ["robust_accuracy >= 0.40"]
///
/// Formats: docs/formats/plan.md.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cupel/algorithm/check/check.h"
#include "cupel/algorithm/check/requirement.h"
#include "cupel/data/dataset/subset.h"

namespace cupel::application::assess {

/// Which samples of a data set: "all", "first N", "random N", "stratified N"; the last two by the plan's seed
/// unless they name another ("random 1000 seed 3").
using data::dataset::Subset;

struct DataSpec {
  std::filesystem::path manifest;  ///< As written; relative to the plan's folder.
  Subset subset;
};

struct ModelSpec {
  std::filesystem::path file;  ///< As written; relative to the plan's folder.
  double scale = 1;
  std::vector<double> mean;
  std::vector<double> std;
  std::string layout = "channels-first";  ///< "channels-first", "channels-last", "flat".
  std::string output = "logits";          ///< "logits" or "probabilities".
};

/// A model that an attacker may have, for attacks that make their inputs on other models.
struct SurrogateSpec {
  std::string name;  ///< Unique; default: the file's name without its ending.
  ModelSpec model;
};

struct PlannedCheck {
  const algorithm::check::Check* check = nullptr;
  algorithm::check::Parameters parameters;
  std::vector<algorithm::check::Requirement> requirements;
  Subset subset;  ///< Of the plan's data.
};

struct Plan {
  std::filesystem::path path;  ///< Where it was read from.
  std::string text;            ///< As written.
  std::string name;
  std::uint64_t seed = 0;
  std::optional<ModelSpec> model;
  std::optional<DataSpec> data;
  std::optional<DataSpec> training_data;
  std::vector<SurrogateSpec> surrogates;
  std::optional<std::filesystem::path> predictions;
  std::vector<PlannedCheck> checks;

  /// A path in the plan, resolved against the plan's folder.
  std::filesystem::path Resolve(const std::filesystem::path& written) const;
};

/// Errors: kNotFound, kCorrupt (not TOML), kInvalidArgument; all with file and line.
Result<Plan> ReadPlan(const std::filesystem::path& path);

/// Finds a check by its id, or fails with the nearest one; `FindCheck` of registry.h in the program.
using CheckFinder = std::function<Result<const algorithm::check::Check*>(std::string_view id)>;

/// The same from text; `path` names it and anchors relative paths.
Result<Plan> ParsePlan(std::string text, const std::filesystem::path& path, const CheckFinder& find_check);

}  // namespace cupel::application::assess
