// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What an evaluation scheme is: a figure of merit with everything that decides its value written down.
///
/// A name like "average precision" stands for many numbers. A scheme says which one: its definition, how
/// predictions are matched with the truth, what ties, empty sets and averages do, and whose implementation
/// gives the same number. It is a pure function of (input, parameters, options); it knows no files, no
/// terminal and no tensor library.
///
/// A scheme is written in two places: its function, and one entry of its family's list (`Family`); the
/// families are listed in algorithm/catalogue. A test fails for a scheme without a reference or test.
///
///     Result<Evaluation> Accuracy(const Labelled& input, const check::Parameters&, const Options& options);
///     ...
///     {.id = "accuracy", .row = "A01", ..., .input = &kLabelled, .evaluate = On<Labelled, Accuracy>}

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/algorithm/check/check.h"

namespace cupel::algorithm::scheme {

/// What a scheme measures on: labelled answers, detections, tracks, comparisons. Each family derives its own.
class Input {
 public:
  virtual ~Input() = default;
  /// Samples, images, videos, comparisons: what a person would count. For messages.
  virtual std::int64_t size() const = 0;
};

/// Files of one evaluation. `truth` only where the format keeps the truth in a file of its own.
struct Sources {
  std::filesystem::path predictions;
  std::optional<std::filesystem::path> truth;
};

/// A kind of input and how it is read.
struct InputFormat {
  std::string_view name;  ///< "labelled", "detections": what `cupel evaluate list` groups by.
  check::Text meaning;    ///< Columns or members, one paragraph.
  bool needs_truth = false;
  /// Errors: kNotFound, kCorrupt with file and line, kInvalidArgument for an empty set.
  Result<std::unique_ptr<Input>> (*read)(const Sources& sources) = nullptr;
};

struct Options {
  double level = 0.95;             ///< Of every interval, in (0, 1).
  std::int64_t replicates = 2000;  ///< Of a bootstrap.
  std::uint64_t seed = 0;
};

/// What a scheme answers.
struct Evaluation {
  /// The first is the scheme's own figure, named `value`; the others stand beside it ("precision.cat").
  /// Every figure that samples can change has an interval; a figure that does not exist is left out and a
  /// note says why; it is never 0 or NaN.
  std::vector<check::Metric> metrics;
  std::vector<Json> figures;  ///< As docs/formats/report.md lists them.
  std::vector<check::Text> notes;
};

/// The rules on which implementations disagree. Empty: the question cannot arise.
struct Rules {
  std::string_view matching;   ///< How predictions and truth are paired.
  std::string_view ties;       ///< Equal scores, equal overlaps.
  std::string_view empty;      ///< 0/0, absent classes, no positives.
  std::string_view averaging;  ///< Over classes, images, thresholds.
};

struct Scheme {
  std::string_view id;          ///< "roc_auc": lower case, digits, underscores.
  std::string_view row;         ///< Of the catalogue: "B01".
  check::Text title;            ///< "Area under the ROC curve".
  std::string_view definition;  ///< One sentence or formula, in ASCII.
  Rules rules;
  std::string_view reference;  ///< Whose number this equals: "scikit-learn roc_auc_score".
  std::string_view test;  ///< The test that holds it to the reference: "RocAucTest.AgreesWithScikitLearn".
  const InputFormat* input = nullptr;
  std::vector<check::ParameterSpec> parameters;
  bool higher_is_better = true;
  std::string_view unit;  ///< "" for a share in [0, 1] or a bare number.
  /// Errors: kInvalidArgument when the input cannot carry the scheme (one class only, no scores).
  Result<Evaluation> (*evaluate)(const Input& input, const check::Parameters& parameters,
                                 const Options& options) = nullptr;
};

/// Schemes that belong together: one folder, one list.
struct Family {
  std::string_view id;  ///< "classification"
  check::Text title;
  std::span<const Scheme> schemes;
};

/// Adapts a scheme's function on its own type of input. The catalogue only hands a scheme what its format
/// read, so another type is a fault of ours.
template <typename T, Result<Evaluation> (*kFunction)(const T&, const check::Parameters&, const Options&)>
Result<Evaluation> On(const Input& input, const check::Parameters& parameters, const Options& options) {
  const T* own = dynamic_cast<const T*>(&input);
  CUPEL_CHECK(own != nullptr);
  return kFunction(*own, parameters, options);
}

}  // namespace cupel::algorithm::scheme
