// SPDX-License-Identifier: Apache-2.0
// cupel explain: what in one input made the model answer, by several methods, each held to its own promise.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/explain/baseline.h"
#include "cupel/algorithm/explain/heat_map.h"
#include "cupel/algorithm/explain/localisation.h"
#include "cupel/algorithm/explain/methods.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/base/file.h"
#include "cupel/cli/command.h"
#include "cupel/cli/text_table.h"
#include "cupel/data/dataset/open.h"

namespace cupel::cli {
namespace {

namespace explain = algorithm::explain;
using explain::Explanation;

constexpr std::size_t kShownPlaces = 5;

struct Arguments {
  std::string model;
  std::string data;
  std::int64_t sample = 0;
  std::int64_t target = -1;
  std::vector<std::string> methods = {"integrated-gradients", "deeplift", "grad-cam"};
  std::string baseline = "zero";
  std::string out;
  double scale = 1;
  bool probabilities = false;
  explain::MethodOptions options;
};

/// The sample, the model and what is asked.
struct Case {
  std::unique_ptr<data::dataset::Dataset> data;
  std::unique_ptr<algorithm::executor::Classifier> classifier;
  std::vector<float> x;
  std::vector<float> baseline;
  std::int32_t answer = 0;
  std::int32_t target = 0;
  explain::Question question() const { return {x, baseline, target, 0}; }
  const data::dataset::DatasetInfo& info() const { return data->info(); }
};

Result<Case> Open(const Arguments& arguments) {
  Case one;
  CUPEL_TRY(one.data, data::dataset::OpenDataset(arguments.data));
  if (arguments.sample >= one.data->size()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("sample must be in [0, {}), got {}", one.data->size(), arguments.sample));
  }
  CUPEL_TRY(const algorithm::graph::Graph graph, algorithm::onnx::ReadModel(arguments.model));
  algorithm::executor::ClassifierOptions options;
  options.sample_shape = one.info().sample_shape;
  options.preprocessing.scale = static_cast<float>(arguments.scale);
  options.output_is_probability = arguments.probabilities;
  auto classifier = algorithm::executor::Classifier::Create(graph, options);
  if (!classifier) return FailAt(arguments.model, std::move(classifier).error());
  one.classifier = *std::move(classifier);
  one.x.resize(static_cast<std::size_t>(one.info().SampleSize()));
  CUPEL_TRY_STATUS(one.data->Read({&arguments.sample, 1}, one.x));
  CUPEL_TRY(const explain::Baseline kind, explain::ParseBaseline(arguments.baseline));
  CUPEL_TRY(one.baseline, explain::MakeBaseline(kind, one.x, one.info().sample_shape, one.info().box_low,
                                                one.info().box_high));
  const explain::ClassifierExecutor search(*one.classifier);
  CUPEL_TRY(const std::vector<float> logits, explain::TiledLogits(search.model(), one.x, 1));
  one.answer = static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
  if (arguments.target >= one.classifier->class_count()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("target must be in [0, {}), got {}",
                                                         one.classifier->class_count(), arguments.target));
  }
  one.target = arguments.target < 0 ? one.answer : static_cast<std::int32_t>(arguments.target);
  return one;
}

std::string ClassName(const Case& one, std::int32_t index) {
  const auto& names = one.info().class_names;
  const auto at = static_cast<std::size_t>(index);
  return at < names.size() ? names[at] : std::to_string(index);
}

/// Places with the largest attribution: "row,column" of pictures, indices of features.
std::vector<std::string> TopPlaces(const Case& one, const Explanation& explanation) {
  const std::vector<double> sums = explain::PlaceSums(explanation.values, one.info().sample_shape);
  std::vector<std::size_t> order(sums.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](std::size_t i) { return sums[i]; });
  std::vector<std::string> places;
  for (std::size_t k = 0; k < std::min(kShownPlaces, order.size()) && sums[order[k]] > 0; ++k) {
    const auto width = one.info().IsImage() ? static_cast<std::size_t>(one.info().sample_shape[2]) : 0;
    places.push_back(width > 0 ? fmt::format("{},{}", order[k] / width, order[k] % width)
                               : std::to_string(order[k]));
  }
  return places;
}

/// One method's row: what it says, or why it is withheld.
Status AddMethod(const Arguments& arguments, const Case& one, const std::string& id, TextTable& table,
                 Json& rows) {
  CUPEL_TRY(const explain::Method* method, explain::FindMethod(id));
  const explain::ClassifierExecutor search(*one.classifier);
  auto attribution = method->prepare(search.model(), arguments.options);
  if (!attribution && attribution.error().code == ErrorCode::kUnsupported) {
    table.Add({id, "", "", "not applicable: " + attribution.error().message});
    rows.Append(Json::Object{{"method", id}, {"notApplicable", attribution.error().message}});
    return {};
  }
  if (!attribution) return tl::make_unexpected(attribution.error());
  CUPEL_TRY(const Explanation explanation, (*attribution)->Explain(one.question()));
  Json row =
      Json::Object{{"method", id}, {"evaluations", explanation.evaluations}, {"holds", explanation.Holds()}};
  std::string error;
  if (explanation.completeness) {
    const double share = explanation.completeness->Error();
    error = fmt::format("{:.2g} %", 100 * share);
    if (std::isfinite(share)) row["completenessError"] = share;
  }
  if (!explanation.Holds()) {
    table.Add({id, std::to_string(explanation.evaluations), error, "withheld: its parts do not add up"});
    rows.Append(std::move(row));
    return {};
  }
  const std::vector<std::string> top = TopPlaces(one, explanation);
  row["top"] = Json::ArrayOf(top);
  row["values"] = Json::ArrayOf(explanation.values);
  table.Add({id, std::to_string(explanation.evaluations), error, fmt::format("{}", fmt::join(top, "  "))});
  if (!arguments.out.empty() && explain::CanPicture(one.info().sample_shape)) {
    CUPEL_TRY(const Bytes png, explain::HeatMapPng(one.info(), explanation.values));
    const std::filesystem::path file =
        std::filesystem::path(arguments.out) / fmt::format("{}-{}.png", arguments.sample, id);
    CUPEL_TRY_STATUS(WriteFileAtomic(file, png));
    row["file"] = file.string();
  }
  rows.Append(std::move(row));
  return {};
}

Status Explain(Session& session, const Arguments& arguments) {
  algorithm::tensor::UseOneThreadPerOperator();
  CUPEL_TRY(const Case one, Open(arguments));
  if (!arguments.out.empty()) {
    std::error_code error;
    std::filesystem::create_directories(arguments.out, error);
    if (error)
      return Fail(ErrorCode::kPermission, "cannot make the folder: " + error.message(), arguments.out);
  }
  Arguments settings = arguments;
  settings.options.box_low = one.info().box_low;
  settings.options.box_high = one.info().box_high;
  settings.options.window = settings.options.patch;
  settings.options.stride = std::max<std::int64_t>(1, settings.options.patch / 2);
  TextTable table({"method", "evaluations", "completeness error",
                   one.info().IsImage() ? "top places (row,column)" : "top features"});
  Json rows = Json::Array{};
  for (const std::string& id : arguments.methods) CUPEL_TRY_STATUS(AddMethod(settings, one, id, table, rows));
  const std::string heading =
      fmt::format("sample {}: the model answers {}; explained: {}\n\n", arguments.sample,
                  ClassName(one, one.answer), ClassName(one, one.target));
  session.Print(heading + table.ToString(), Json::Object{{"sample", arguments.sample},
                                                         {"answer", std::int64_t{one.answer}},
                                                         {"target", std::int64_t{one.target}},
                                                         {"explanations", rows}});
  return {};
}

}  // namespace

void AddExplain(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(
      app, "explain", "Says what in one input made the model answer, and withholds what does not add up.",
      "  cupel explain model.onnx --data test.toml --sample 3\n"
      "  cupel explain model.onnx --data test.toml --sample 3 --methods deeplift,kernel-shap --out maps\n"
      "  cupel checks show explain.sanity                     # can the methods be believed on this "
      "model?\n");
  auto arguments = std::make_shared<Arguments>();
  std::string names;
  for (const explain::Method* method : explain::AllMethods())
    names += (names.empty() ? "" : ", ") + method->id;
  command->add_option("model", arguments->model, "The model (ONNX)")->required();
  command->add_option("--data,-d", arguments->data, "Manifest of the data")->required();
  command->add_option("--sample,-n", arguments->sample, "Index of the sample (default 0)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--methods,-m", arguments->methods, "Of " + names)->delimiter(',');
  command->add_option("--target,-t", arguments->target, "Class to explain (default: the model's answer)")
      ->check(CLI::NonNegativeNumber);
  command->add_option("--baseline", arguments->baseline, "zero, mean or blur (default zero)");
  command
      ->add_option("--patch", arguments->options.patch,
                   "Pixels a side of the patches of SHAP and occlusion (default 4)")
      ->check(CLI::Range(1, 10000));
  command->add_option("--scale", arguments->scale, "The network sees x * scale");
  command->add_flag("--probabilities", arguments->probabilities,
                    "The model answers probabilities, not logits");
  command->add_option("--seed", arguments->options.seed, "Seed of all random numbers (default 0)");
  command->add_option("--out,-o", arguments->out, "Folder for heat maps (PNG)");
  OnRun(command, session, [&session, arguments] { return Explain(session, *arguments); });
}

}  // namespace cupel::cli
