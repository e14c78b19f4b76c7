// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/sample_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/base/parallel.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::certify {
namespace {

using check::ParameterSpec;
using check::ParameterType;
using check::Text;

constexpr double kLevel = 0.95;

std::string RadiusName(double radius) { return fmt::format("{:.4g}", radius); }

class Runner {
 public:
  Runner(const check::Context& context, const SampleWork& work) : context_(context), work_(work) {}

  Status RunPiece(std::span<const SampleJob> jobs, std::span<Json> results) {
    tensor::UseOneThreadPerOperator();
    const std::string key =
        fmt::format("samples={}-{};n={}", jobs.front().original, jobs.back().original, jobs.size());
    if (Restore(key, jobs, results)) {
      context_.progress->Advance(static_cast<std::int64_t>(jobs.size()));
      return {};
    }
    std::vector<float> x(static_cast<std::size_t>(context_.data->info().SampleSize()));
    Json piece = Json::Array{};
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      CUPEL_TRY_STATUS(context_.data->Read({&jobs[i].index, 1}, x));
      CUPEL_TRY(results[i], work_(jobs[i], x));
      piece.Append(results[i]);
      context_.progress->Advance(1);
    }
    const std::lock_guard lock(mutex_);
    return context_.journal->Save(key, piece);
  }

 private:
  // A piece that does not read back whole is computed anew.
  bool Restore(const std::string& key, std::span<const SampleJob> jobs, std::span<Json> results) {
    std::optional<Json> saved;
    {
      const std::lock_guard lock(mutex_);
      saved = context_.journal->Load(key);
    }
    if (!saved || !saved->IsArray() || saved->AsArray().size() != jobs.size()) return false;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const Json& witnesses = saved->AsArray()[i];
      if (!witnesses.IsArray() || witnesses.AsArray().empty()) return false;
      for (const Json& witness : witnesses.AsArray()) {
        const auto sample = witness.IntegerAt("sample");
        if (!sample || *sample != jobs[i].original) return false;
      }
    }
    std::ranges::copy(saved->AsArray(), results.begin());
    return true;
  }

  const check::Context& context_;
  const SampleWork& work_;
  std::mutex mutex_;
};

Json Curve(const std::vector<double>& x, const std::vector<check::Metric>& y, std::string_view norm) {
  Json series;
  series["name"] = ToJson(Text{"certified accuracy", "认证准确率"});
  for (std::size_t i = 0; i < x.size(); ++i) {
    series["x"].Append(x[i]);
    series["y"].Append(y[i].value);
    series["low"].Append(y[i].interval->low);
    series["high"].Append(y[i].interval->high);
  }
  Json figure;
  figure["type"] = "curve";
  figure["title"] = ToJson(Text{"Certified accuracy against the radius", "认证准确率随半径的变化"});
  figure["series"] = Json::Array{std::move(series)};
  figure["xLabel"] = ToJson(Text{fmt::format("radius ({})", norm), fmt::format("半径（{}）", norm)});
  figure["yLabel"] = ToJson(Text{"certified accuracy", "认证准确率"});
  figure["yUnit"] = "fraction";
  figure["xMin"] = 0;
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  return figure;
}

}  // namespace

check::Metric ShareMetric(std::string name, std::int64_t k, std::int64_t n) {
  return {.name = std::move(name),
          .value = static_cast<double>(k) / static_cast<double>(n),
          .interval = stats::Wilson(k, n, kLevel),
          .n = n,
          .count = k};
}

Result<Selection> SelectAll(const check::Context& context, std::int64_t wanted) {
  const data::dataset::Dataset& data = *context.data;
  Selection selection;
  selection.samples = wanted == 0 ? data.size() : std::min(wanted, data.size());
  if (selection.samples == 0) return Fail(ErrorCode::kInvalidArgument, "the data set is empty");
  for (std::int64_t i = 0; i < selection.samples; ++i)
    selection.jobs.push_back({i, data.OriginalIndex(i), data.labels()[static_cast<std::size_t>(i)]});
  return selection;
}

Result<Selection> SelectRight(const check::Context& context, std::int64_t wanted) {
  CUPEL_TRY(Selection selection, SelectAll(context, wanted));
  CUPEL_TRY(const data::dataset::Predictions* predictions, context.predictions());
  if (predictions->n != context.data->size()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the predictions are for {} samples, the data set has {}", predictions->n,
                            context.data->size()));
  }
  std::erase_if(selection.jobs,
                [&](const SampleJob& job) { return predictions->Predicted(job.index) != job.label; });
  return selection;
}

Result<std::vector<Json>> RunOverSamples(const check::Context& context, std::string_view what,
                                         const std::vector<SampleJob>& jobs, const SampleWork& work) {
  std::vector<Json> results(jobs.size());
  Runner runner(context, work);
  const auto total = static_cast<std::int64_t>(jobs.size());
  context.progress->Begin(what, total, "samples");
  const Status status = ForEachPiece(
      (total + kPieceSamples - 1) / kPieceSamples, context.workers, [&](std::int64_t piece, int) {
        const auto first = static_cast<std::size_t>(piece * kPieceSamples);
        const std::size_t count = std::min(static_cast<std::size_t>(kPieceSamples), jobs.size() - first);
        return runner.RunPiece(std::span(jobs).subspan(first, count),
                               std::span(results).subspan(first, count));
      });
  context.progress->End();
  CUPEL_TRY_STATUS(status);
  return results;
}

Result<std::vector<double>> Radii(const check::Context& context) {
  std::vector<double> radii = context.parameters.Reals("epsilons");
  std::sort(radii.begin(), radii.end());
  radii.erase(std::unique(radii.begin(), radii.end()), radii.end());
  for (std::size_t i = 1; i < radii.size(); ++i) {
    if (RadiusName(radii[i - 1]) != RadiusName(radii[i])) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("epsilons {} and {} give metrics of one name, eps_{}", radii[i - 1], radii[i],
                            RadiusName(radii[i])),
                "", "leave out one of them: names have four digits");
  }
  return radii;
}

void AddAccuracy(const Selection& right, const std::vector<double>& radii,
                 const std::vector<std::int64_t>& counts, std::string_view norm, check::CheckResult* result) {
  std::vector<double> x = {0};
  std::vector<check::Metric> y = {ShareMetric("clean_accuracy", std::ssize(right.jobs), right.samples)};
  for (std::size_t i = 0; i < radii.size(); ++i) {
    const bool last = i + 1 == radii.size();
    x.push_back(radii[i]);
    y.push_back(ShareMetric(last ? "certified_accuracy" : "certified_accuracy.eps_" + RadiusName(radii[i]),
                            counts[i], right.samples));
  }
  result->figures.push_back(Curve(x, y, norm));
  result->metrics.push_back(y.back());
  result->metrics.insert(result->metrics.end(), y.begin(), y.end() - 1);
}

std::vector<check::MetricSpec> AccuracyMetrics() {
  return {
      {"certified_accuracy", {"Certified accuracy", "认证准确率"}, "", true},
      {"clean_accuracy", {"Clean accuracy", "干净样本准确率"}, "", true},
      {"certified_accuracy.eps_*",
       {"Certified accuracy at a smaller radius", "较小半径下的认证准确率"},
       "",
       true},
  };
}

std::vector<ParameterSpec> SharedParameters(const std::vector<double>& default_radii) {
  ParameterSpec epsilons;
  epsilons.name = "epsilons";
  epsilons.type = ParameterType::kRealList;
  epsilons.unit = "data units";
  epsilons.fallback = Json::ArrayOf(default_radii);
  epsilons.low = 1e-6;
  epsilons.high = 1e6;
  epsilons.meaning = {"Radii to certify; requirements are tested at the largest",
                      "待认证的半径；以其中最大者检验要求"};

  ParameterSpec samples;
  samples.name = "samples";
  samples.type = ParameterType::kInteger;
  samples.unit = "samples";
  samples.fallback = 100;
  samples.high = 1e9;
  samples.meaning = {"The first so many samples of the data set; 0: all",
                     "取数据集的前若干个样本；0 表示全部"};
  return {epsilons, samples};
}

}  // namespace cupel::algorithm::certify
