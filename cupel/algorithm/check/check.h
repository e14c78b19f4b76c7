// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a check is: a pure function of (model, data, parameters, seed) that reports metrics with intervals.
///
/// A check is one file with one function and one `Description`; it is made known by one line in
/// application/assess/registry.cc. It does not know the ledger, files or the terminal: it returns values.
/// Random numbers come from ReproducibleStream(seed, check id, original sample index, step), so the result
/// does not depend on workers, tiles, shards or restarts.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/json.h"
#include "cupel/base/progress.h"
#include "cupel/data/dataset/dataset.h"
#include "cupel/data/dataset/predictions.h"
#include "cupel/stats/interval.h"

namespace cupel::algorithm::executor {
class Classifier;  // forward declaration only: metrics need no tensor library
}

namespace cupel::algorithm::check {

struct Text {
  std::string en;
  std::string zh;
};

enum class Principle { kReliability, kSecurity, kPrivacy, kFairness, kExplainability };
std::string_view PrincipleName(Principle principle);  ///< "reliability", "security", ...

enum class ParameterType { kInteger, kReal, kText, kBoolean, kRealList, kTextList };
std::string_view ParameterTypeName(ParameterType type);

struct ParameterSpec {
  std::string name;
  ParameterType type = ParameterType::kReal;
  std::string unit;  ///< "", "steps", "fraction of the box", ...
  Json fallback;     ///< Default value.
  double low = 0;    ///< Inclusive range for numbers (each element of a list); both 0: any finite number.
  double high = 0;
  std::vector<std::string> choices;  ///< Allowed texts; empty: any.
  Text meaning;
};

struct MetricSpec {
  std::string name;  ///< "robust_accuracy"; names with a dynamic part end in "*": "recall.*".
  Text title;
  std::string unit;  ///< "" for a share in [0, 1].
  bool higher_is_better = true;
};

struct Description {
  std::string id;  ///< "inspect.pgd"
  Text title;
  Text summary;  ///< One or two sentences: what it measures and how.
  Principle principle = Principle::kReliability;
  std::vector<std::string> requirements;  ///< Ids of requirements.md: "A2".
  std::vector<ParameterSpec> parameters;
  std::vector<MetricSpec> metrics;
  bool needs_model = true;  ///< False: a predictions file is enough.
  std::string source;       ///< Paper or standard.
};

struct Metric {
  std::string name;
  double value = 0;
  std::optional<stats::Interval> interval{};
  std::int64_t n = 0;                   ///< Samples it rests on.
  std::optional<std::int64_t> count{};  ///< Numerator, when the metric is a share.
};

/// A file that belongs to the result, stored as artifacts/<sha256>.<extension>.
struct Artifact {
  std::string name;        ///< "adversarial-examples"
  std::string extension;   ///< "npz", "png", "json"
  std::string media_type;  ///< "image/png"
  Bytes bytes;
};

struct CheckResult {
  std::vector<Metric> metrics;
  /// Pictures for the report, typed JSON objects as docs/formats/report.md lists them. Their size does not
  /// grow with n.
  std::vector<Json> figures;
  std::vector<Artifact> artifacts;
  /// Per-sample proof, one object each: {sample, label, predicted, margin, noise, ...}; digested, not shown.
  std::vector<Json> witnesses;
  /// Sentences a reader must know ("100 samples cannot support a claim at FPR 0.1 %").
  std::vector<Text> notes;
  /// Set when the check does not apply here; then metrics may be empty. The verdict is not-applicable.
  std::optional<Text> not_applicable;
};

/// The metric of that name, or nullptr.
const Metric* FindMetric(std::span<const Metric> metrics, std::string_view name);

/// Validated parameter values: every declared name is present, typed and in range.
class Parameters {
 public:
  /// given: object from the plan, or null for all defaults. Errors: kInvalidArgument for an unknown key
  /// (nearest named), a wrong type or range, a text that is not a choice, and an empty list unless the
  /// default is one; kInternal when a default breaks its own specification. An integer is accepted where a
  /// real is asked, not the other way round.
  static Result<Parameters> Create(const Description& description, const Json& given);

  /// The value of a declared parameter; asking for an undeclared name or another type aborts.
  std::int64_t Integer(std::string_view name) const;
  double Real(std::string_view name) const;
  const std::string& Text(std::string_view name) const;
  bool Boolean(std::string_view name) const;
  std::vector<double> Reals(std::string_view name) const;
  std::vector<std::string> Texts(std::string_view name) const;
  const Json& AsJson() const { return values_; }  ///< Complete object, defaults filled in.

 private:
  Json values_;
};

/// Keeps finished pieces of a check so that a killed run continues. Keys are chosen by the check and must
/// name everything the piece depends on beside the frozen plan ("eps=0.03;samples=0-255").
class Journal {
 public:
  virtual ~Journal() = default;
  virtual std::optional<Json> Load(const std::string& key) const = 0;
  virtual Status Save(const std::string& key, const Json& piece) = 0;
};

/// A journal that forgets: for ad hoc runs and tests.
Journal& NoJournal();

/// Another model of the plan, by the name that the plan gives it.
struct NamedModel {
  std::string name;
  const executor::Classifier* model = nullptr;
};

struct Context {
  const executor::Classifier* model = nullptr;            ///< Null when the plan has only a predictions file.
  const data::dataset::Dataset* data = nullptr;           ///< Null when the plan has only a predictions file.
  const data::dataset::Dataset* training_data = nullptr;  ///< Members, for membership inference; may be null.
  std::vector<NamedModel> surrogates{};  ///< Models that an attacker may have; accept the same samples.
  /// The model's answers on `data`, computed once per assessment and shared; never null in a run.
  std::function<Result<const data::dataset::Predictions*>()> predictions;
  Parameters parameters;
  std::uint64_t seed = 0;
  int workers = 1;
  Progress* progress = &SilentProgress();
  Journal* journal = &NoJournal();
};

class Check {
 public:
  virtual ~Check() = default;
  virtual const Description& description() const = 0;
  virtual Result<CheckResult> Run(const Context& context) const = 0;
};

}  // namespace cupel::algorithm::check
