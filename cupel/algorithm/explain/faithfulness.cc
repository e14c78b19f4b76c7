// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/faithfulness.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

#include "cupel/algorithm/explain/faithfulness_figures.h"
#include "cupel/algorithm/explain/integrated_gradients.h"
#include "cupel/algorithm/explain/rank_correlation.h"
#include "cupel/algorithm/explain/sample_records.h"
#include "cupel/base/parallel.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::explain {
namespace {

constexpr std::string_view kStream = "explain.faithfulness";

struct ExplainedSample {
  SampleFaithfulness figures;
  PicturedMaps maps;
};

class Measurement {
 public:
  Measurement(const ExplainedModel& model, const ExplainedModel& randomised,
              const FaithfulnessOptions& options, const check::Context& context)
      : model_(model), randomised_(randomised), options_(options), context_(context) {}

  Result<ExplainedSample> Explain(std::int64_t index) const {
    const data::dataset::DatasetInfo& info = context_.data->info();
    ExplainedSample explanation;
    SampleFaithfulness& figures = explanation.figures;
    figures.original = context_.data->OriginalIndex(index);
    std::vector<float> x(static_cast<std::size_t>(info.SampleSize()));
    CUPEL_TRY_STATUS(context_.data->Read({&index, 1}, x));
    CUPEL_TRY(const std::vector<float> baseline,
              MakeBaseline(options_.baseline, x, info.sample_shape, info.box_low, info.box_high));
    std::vector<float> ends = x;
    ends.insert(ends.end(), baseline.begin(), baseline.end());
    CUPEL_TRY(const std::vector<float> logits, TiledLogits(model_, ends, 2));
    const auto classes = model_.class_count;
    figures.target_class = static_cast<std::int32_t>(
        std::max_element(logits.begin(), logits.begin() + classes) - logits.begin());
    figures.difference = double{logits[static_cast<std::size_t>(figures.target_class)]} -
                         logits[static_cast<std::size_t>(classes + figures.target_class)];
    CUPEL_TRY(const std::vector<double> map,
              IntegratedGradients(model_, x, baseline, figures.target_class, options_.steps));
    CUPEL_TRY(const std::vector<double> control,
              IntegratedGradients(randomised_, x, baseline, figures.target_class, options_.steps));
    figures.attributed = std::accumulate(map.begin(), map.end(), 0.0);
    figures.correlation = RankCorrelation(map, control);
    figures.correlation_absolute = RankCorrelation(Absolute(map), Absolute(control));
    CUPEL_TRY_STATUS(Follow(x, baseline, map, &figures));
    explanation.maps = {index, figures.target_class, std::move(x), map, control};
    return explanation;
  }

  // The sample's figures from the journal, or measured and kept there.
  Result<SampleFaithfulness> Recall(std::int64_t index) {
    const std::string key = fmt::format("sample={}", context_.data->OriginalIndex(index));
    {
      const std::lock_guard lock(mutex_);
      if (const std::optional<Json> saved = context_.journal->Load(key)) {
        Result<SampleFaithfulness> figures = SampleFaithfulness::FromJson(*saved);
        if (figures && HasOurStages(*figures)) return figures;
      }
    }
    CUPEL_TRY(ExplainedSample explanation, Explain(index));
    const std::lock_guard lock(mutex_);
    CUPEL_TRY_STATUS(context_.journal->Save(key, explanation.figures.ToJson()));
    return std::move(explanation.figures);
  }

 private:
  bool HasOurStages(const SampleFaithfulness& figures) const {
    const auto points = static_cast<std::size_t>(options_.stages) + 1;
    return figures.map.deletion.size() == points && figures.map.insertion.size() == points &&
           figures.random.deletion.size() == points && figures.random.insertion.size() == points;
  }

  Status Follow(std::span<const float> x, std::span<const float> baseline, std::span<const double> map,
                SampleFaithfulness* figures) const {
    const std::vector<std::int64_t> order = ImportanceOrder(map, model_.sample_shape);
    CUPEL_TRY(figures->map, FollowOrder(model_, x, baseline, order, figures->target_class, options_.stages));
    const auto points = static_cast<std::size_t>(options_.stages) + 1;
    figures->random = {std::vector<double>(points, 0.0), std::vector<double>(points, 0.0)};
    for (std::int64_t draw = 0; draw < options_.random_maps; ++draw) {
      ReproducibleStream stream(context_.seed, kStream, static_cast<std::uint64_t>(figures->original),
                                static_cast<std::uint32_t>(draw));
      const std::vector<std::int64_t> random = stream.Permutation(static_cast<std::int64_t>(order.size()));
      CUPEL_TRY(const RemovalCurves curves,
                FollowOrder(model_, x, baseline, random, figures->target_class, options_.stages));
      for (std::size_t i = 0; i < points; ++i) {
        figures->random.deletion[i] += curves.deletion[i] / static_cast<double>(options_.random_maps);
        figures->random.insertion[i] += curves.insertion[i] / static_cast<double>(options_.random_maps);
      }
    }
    return {};
  }

  const ExplainedModel& model_;
  const ExplainedModel& randomised_;
  const FaithfulnessOptions& options_;
  const check::Context& context_;
  std::mutex mutex_;
};

using Samples = std::vector<SampleFaithfulness>;

using Value = double (*)(const SampleFaithfulness&);

std::vector<double> ValuesOf(const Samples& samples, Value value) {
  std::vector<double> values;
  for (const SampleFaithfulness& sample : samples) values.push_back(value(sample));
  return values;
}

check::CheckResult Summarise(const Samples& samples, std::uint64_t seed) {
  check::CheckResult result;
  const auto add = [&](std::string name, Value value) {
    result.metrics.push_back(MeanMetric(std::move(name), ValuesOf(samples, value), kStream, seed));
  };
  add("deletion_gap",
      [](const SampleFaithfulness& s) { return Area(s.random.deletion) - Area(s.map.deletion); });
  add("insertion_gap",
      [](const SampleFaithfulness& s) { return Area(s.map.insertion) - Area(s.random.insertion); });
  result.metrics.push_back(RatioMetric(
      "completeness_error",
      ValuesOf(samples, [](const SampleFaithfulness& s) { return std::abs(s.attributed - s.difference); }),
      ValuesOf(samples, [](const SampleFaithfulness& s) { return std::abs(s.difference); }), kStream, seed));
  add("randomisation_correlation", [](const SampleFaithfulness& s) { return s.correlation; });
  add("randomisation_correlation_absolute",
      [](const SampleFaithfulness& s) { return s.correlation_absolute; });
  add("deletion_auc", [](const SampleFaithfulness& s) { return Area(s.map.deletion); });
  add("insertion_auc", [](const SampleFaithfulness& s) { return Area(s.map.insertion); });
  return result;
}

Json Reals(const std::vector<double>& values) { return Json::ArrayOf(values); }

Result<std::vector<double>> RealsAt(const Json& json, std::string_view member) {
  CUPEL_TRY(const Json* array, json.ArrayAt(member));
  std::vector<double> values;
  for (const Json& value : array->AsArray()) {
    if (!value.IsNumber()) return Fail(ErrorCode::kCorrupt, fmt::format("{}: not a list of numbers", member));
    values.push_back(value.AsNumber());
  }
  if (values.size() < 2) return Fail(ErrorCode::kCorrupt, fmt::format("{}: fewer than two points", member));
  return values;
}

}  // namespace

Json SampleFaithfulness::ToJson() const {
  Json json;
  json["sample"] = original;
  json["class"] = std::int64_t{target_class};
  json["attributed"] = attributed;
  json["difference"] = difference;
  json["correlation"] = correlation;
  json["correlationAbsolute"] = correlation_absolute;
  json["deletion"] = Reals(map.deletion);
  json["insertion"] = Reals(map.insertion);
  json["randomDeletion"] = Reals(random.deletion);
  json["randomInsertion"] = Reals(random.insertion);
  return json;
}

Result<SampleFaithfulness> SampleFaithfulness::FromJson(const Json& json) {
  SampleFaithfulness sample;
  CUPEL_TRY(sample.original, json.IntegerAt("sample"));
  CUPEL_TRY(const std::int64_t target, json.IntegerAt("class"));
  sample.target_class = static_cast<std::int32_t>(target);
  CUPEL_TRY(sample.attributed, json.NumberAt("attributed"));
  CUPEL_TRY(sample.difference, json.NumberAt("difference"));
  CUPEL_TRY(sample.correlation, json.NumberAt("correlation"));
  CUPEL_TRY(sample.correlation_absolute, json.NumberAt("correlationAbsolute"));
  CUPEL_TRY(sample.map.deletion, RealsAt(json, "deletion"));
  CUPEL_TRY(sample.map.insertion, RealsAt(json, "insertion"));
  CUPEL_TRY(sample.random.deletion, RealsAt(json, "randomDeletion"));
  CUPEL_TRY(sample.random.insertion, RealsAt(json, "randomInsertion"));
  return sample;
}

Result<check::CheckResult> MeasureFaithfulness(const ExplainedModel& model, const ExplainedModel& randomised,
                                               const FaithfulnessOptions& options,
                                               const check::Context& context) {
  const std::int64_t n =
      options.samples == 0 ? context.data->size() : std::min(options.samples, context.data->size());
  if (n == 0) return Fail(ErrorCode::kInvalidArgument, "the data set is empty");
  Measurement measurement(model, randomised, options, context);
  Samples samples(static_cast<std::size_t>(n));
  context.progress->Begin(kStream, n, "samples");
  const Status status = ForEachPiece(n, context.workers, [&](std::int64_t index, int) -> Status {
    tensor::UseOneThreadPerOperator();
    CUPEL_TRY(samples[static_cast<std::size_t>(index)], measurement.Recall(index));
    context.progress->Advance(1);
    return {};
  });
  context.progress->End();
  CUPEL_TRY_STATUS(status);
  check::CheckResult result = Summarise(samples, context.seed);
  result.figures.push_back(RemovalFigure(samples));
  std::vector<PicturedMaps> pictured;
  for (std::int64_t index = 0;
       index < std::min<std::int64_t>(n, kPicturedMaps) && CanPicture(model.sample_shape); ++index) {
    CUPEL_TRY(ExplainedSample explanation, measurement.Explain(index));
    pictured.push_back(std::move(explanation.maps));
  }
  if (!pictured.empty()) {
    CUPEL_TRY(Json figure, HeatMapFigure(pictured, context.data->info()));
    result.figures.push_back(std::move(figure));
  }
  return result;
}

}  // namespace cupel::algorithm::explain
