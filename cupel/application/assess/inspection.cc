// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/inspection.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cupel/application/assess/inputs.h"
#include "cupel/application/assess/inspection_costs.h"
#include "cupel/application/assess/registry.h"
#include "cupel/base/clock.h"

namespace cupel::application::assess {
namespace {

using algorithm::executor::Classifier;
using algorithm::tensor::Tensor;

constexpr double kMeasureSeconds = 0.3;

// TOML's basic string, for a path of any letters.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string Head(const InspectionRequest& request) {
  std::string text = fmt::format("name = {}\nseed = {}\n\n[model]\nfile = {}\n",
                                 Quoted("Inspection of " + request.model.filename().string()), request.seed,
                                 Quoted(std::filesystem::absolute(request.model).string()));
  if (request.output_is_probability) text += "output = \"probabilities\"\n";
  text += fmt::format("\n[data]\nmanifest = {}\n", Quoted(std::filesystem::absolute(request.data).string()));
  if (request.training_data) {
    text += fmt::format("\n[training_data]\nmanifest = {}\n",
                        Quoted(std::filesystem::absolute(*request.training_data).string()));
  }
  return text;
}

std::string Filled(std::string parameters, const InspectionRequest& request) {
  const std::string epsilons =
      request.epsilons.empty() ? "" : fmt::format("epsilons = [{}]", fmt::join(request.epsilons, ", "));
  const auto fill = [&](std::string_view place, const std::string& with) {
    const std::size_t at = parameters.find(place);
    if (at != std::string::npos) parameters.replace(at, place.size(), with);
  };
  // Attacks at home in L2 are asked in Linf too, so that they count together with the others.
  const std::string in_linf =
      "norm = \"linf\", epsilons = [0.00784313725490196, 0.01568627450980392, 0.03137254901960784]";
  fill("{epsilons-linf}", epsilons.empty() ? in_linf : "norm = \"linf\", " + epsilons);
  fill("{epsilons}", epsilons);
  while (parameters.ends_with(", ")) parameters.resize(parameters.size() - 2);
  return parameters;
}

std::string Section(const AttackCost& cost, const InspectionRequest& request) {
  std::string text = fmt::format("\n[[check]]\nid = \"{}\"\n", cost.id);
  const bool by_sample = cost.gradients + cost.forwards > 0;
  if (by_sample) text += fmt::format("subset = \"first {}\"\n", request.samples);
  const std::string parameters = Filled(std::string(cost.parameters), request);
  if (!parameters.empty()) text += fmt::format("parameters = {{ {} }}\n", parameters);
  return text;
}

// Seconds of `work` a call, after one that warms up.
template <typename Work>
Result<double> Time(const Work& work) {
  CUPEL_TRY_STATUS(work());
  const Clock& clock = SystemClock();
  const double start = clock.MonotonicSeconds();
  int calls = 0;
  double passed = 0;
  while (passed < kMeasureSeconds) {
    CUPEL_TRY_STATUS(work());
    ++calls;
    passed = clock.MonotonicSeconds() - start;
  }
  return passed / calls;
}

Status MeasurePasses(const Classifier& model, const data::dataset::Dataset& data, Inspection& inspection) {
  algorithm::tensor::UseOneThreadPerOperator();
  const std::int64_t rows = algorithm::executor::kTileSize;
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < rows; ++i) indices.push_back(i % data.size());
  std::vector<float> features(static_cast<std::size_t>(rows * data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read(indices, features));
  std::vector<std::int64_t> shape = data.info().sample_shape;
  shape.insert(shape.begin(), rows);
  const Tensor x = algorithm::tensor::FromFloats(features, shape);
  const double one = 1 / static_cast<double>(rows);
  CUPEL_TRY(const double forward, Time([&]() -> Status {
              CUPEL_TRY(const Tensor logits, model.Logits(x));
              return {};
            }));
  CUPEL_TRY(const double gradient, Time([&]() -> Status {
              CUPEL_TRY(const auto pass,
                        model.LogitsGradient(x, [](const Tensor& output) { return output.clone(); }));
              return {};
            }));
  inspection.forward_seconds = forward * one;
  inspection.gradient_seconds = gradient * one;
  return {};
}

CandidateAttack Estimate(const AttackCost& cost, const InspectionRequest& request, std::int64_t samples,
                         const Inspection& inspection) {
  const auto n = static_cast<double>(std::min(request.samples, samples));
  const double gradients = cost.gradients * n + cost.fixed_gradients;
  const double forwards = cost.forwards * n + cost.fixed_forwards;
  const double seconds =
      (gradients * inspection.gradient_seconds + forwards * inspection.forward_seconds) / request.workers;
  return {.id = std::string(cost.id), .seconds = seconds, .chosen = false, .why_not = {}};
}

}  // namespace

Result<Inspection> ChooseInspection(const InspectionRequest& request) {
  CUPEL_TRY(const Plan empty,
            ParsePlan(Head(request) + "\n[[check]]\nid = \"inspect.fgsm\"\n", "inspection", FindCheck));
  CUPEL_TRY(const std::unique_ptr<Inputs> inputs, Inputs::Open(empty, {}));
  CUPEL_TRY(const data::dataset::Dataset* data, inputs->Data({}));
  if (data->size() == 0)
    return Fail(ErrorCode::kInvalidArgument, "the data set is empty", request.data.string());
  Inspection inspection;
  CUPEL_TRY_STATUS(MeasurePasses(*inputs->model(), *data, inspection));

  std::vector<std::pair<CandidateAttack, const AttackCost*>> candidates;
  for (const AttackCost& cost : AttackCosts())
    candidates.emplace_back(Estimate(cost, request, data->size(), inspection), &cost);
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.first.seconds < b.first.seconds; });
  double left = request.budget_seconds;
  inspection.plan = Head(request);
  for (auto& [candidate, cost] : candidates) {
    if (cost->needs_training_data && !request.training_data) {
      candidate.why_not = "needs training data";
    } else if (candidate.seconds > left) {
      candidate.why_not = "the budget";
    } else {
      candidate.chosen = true;
      left -= candidate.seconds;
      inspection.plan += Section(*cost, request);
    }
    inspection.candidates.push_back(candidate);
  }
  if (std::ranges::any_of(inspection.candidates, &CandidateAttack::chosen)) return inspection;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("no attack fits a budget of {}", FormatDuration(request.budget_seconds)), "",
              fmt::format("give at least {}, or fewer samples",
                          FormatDuration(inspection.candidates.front().seconds + 1)));
}

}  // namespace cupel::application::assess
