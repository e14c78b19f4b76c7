// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/training_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cupel/algorithm/backdoor/answers.h"
#include "cupel/algorithm/backdoor/figures.h"
#include "cupel/algorithm/backdoor/trigger_success.h"
#include "cupel/algorithm/check/result_json.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::backdoor {
namespace {

using check::Text;
using data::dataset::Dataset;

constexpr double kVerdictLevel = 0.99;
constexpr std::size_t kPicturesInRow = 8;

Result<Json> Pictures(const std::vector<ClassFinding>& classes, const Dataset& data) {
  std::map<std::int64_t, std::int64_t> index_of;
  for (std::int64_t i = 0; i < data.size(); ++i) index_of[data.OriginalIndex(i)] = i;
  Json figure;
  std::size_t rows = 0;
  for (std::size_t k = 0; k < classes.size() && rows < kPicturedRows; ++k) {
    if (!classes[k].flagged) continue;
    ++rows;
    Json row;
    const std::string& name = ClassName(data.info(), static_cast<std::int32_t>(k));
    row["caption"] = ToJson(Text{"labelled " + name, "标签：" + name});
    const std::size_t shown = std::min(classes[k].suspects.size(), kPicturesInRow);
    for (std::size_t i = 0; i < shown; ++i) {
      const std::int64_t original = classes[k].suspects[i];
      CUPEL_TRY(const std::vector<float> sample, ReadSamples(data, {&index_of.at(original), 1}));
      CUPEL_TRY(Json cell,
                SampleCell(data.info(), sample,
                           {fmt::format("sample {}", original), fmt::format("样本 {}", original)}));
      row["cells"].Append(std::move(cell));
    }
    figure["rows"].Append(std::move(row));
  }
  figure["type"] = "images";
  figure["title"] = ToJson(Text{"Suspected training samples", "可疑的训练样本"});
  return figure;
}

void AddClass(std::size_t k, const ClassFinding& one, std::string_view strength_name,
              const data::dataset::DatasetInfo& info, check::CheckResult& result) {
  const std::string& name = ClassName(info, static_cast<std::int32_t>(k));
  if (!one.examined) {
    result.notes.push_back(
        {fmt::format("Class {} has too few samples ({} for training, {} held out) to be examined.", name,
                     one.training, one.held_out),
         fmt::format("类别 {} 的样本过少（训练 {}，留出 {}），未作检查。", name, one.training,
                     one.held_out)});
    return;
  }
  const auto suspects = static_cast<std::int64_t>(one.suspects.size());
  result.metrics.push_back(
      {.name = fmt::format("{}.{}", strength_name, name), .value = one.strength, .n = one.training});
  result.metrics.push_back(SuccessMetric("suspect_share." + name, suspects, one.training));
  result.metrics.push_back(SuccessMetric("held_out_share." + name, one.suspects_held_out, one.held_out));
  if (!one.flagged) return;
  for (std::size_t i = 0; i < one.suspects.size(); ++i) {
    result.witnesses.emplace_back(Json::Object{
        {"sample", one.suspects[i]}, {"label", static_cast<std::int64_t>(k)}, {"score", one.scores[i]}});
  }
}

}  // namespace

std::vector<std::int64_t> OriginalIndices(const Dataset& data, std::span<const std::int64_t> indices) {
  std::vector<std::int64_t> original;
  for (const std::int64_t index : indices) original.push_back(data.OriginalIndex(index));
  return original;
}

bool ShareIsExcess(std::int64_t training_hits, std::int64_t training, std::int64_t held_out_hits,
                   std::int64_t held_out, double ratio) {
  return stats::Wilson(held_out_hits, held_out, kVerdictLevel).high <
         ratio * stats::Wilson(training_hits, training, kVerdictLevel).low;
}

std::vector<check::MetricSpec> FindingsMetrics(std::string_view strength_name, Text strength_title) {
  return {
      {"flagged_classes", {"Classes flagged", "被标记的类别数"}, "classes", false},
      {"flagged_share", {"Training samples flagged", "被标记的训练样本比例"}, "", false},
      {fmt::format("{}.*", strength_name), std::move(strength_title), "", false},
      {"suspect_share.*", {"Suspects among training samples", "训练样本中的可疑比例"}, "", false},
      {"held_out_share.*", {"The same region among held-out samples", "留出样本中同一区域的比例"}, "", false},
  };
}

Result<check::CheckResult> FindingsResult(const std::vector<ClassFinding>& classes,
                                          std::string_view strength_name, const Text& strength_title,
                                          const check::Context& context) {
  const data::dataset::DatasetInfo& info = context.training_data->info();
  check::CheckResult result;
  std::int64_t flagged = 0;
  std::int64_t examined = 0;
  std::int64_t samples = 0;
  std::int64_t flagged_samples = 0;
  for (const ClassFinding& one : classes) {
    flagged += one.flagged ? 1 : 0;
    examined += one.examined ? 1 : 0;
    samples += one.training;
    flagged_samples += one.flagged ? static_cast<std::int64_t>(one.suspects.size()) : 0;
  }
  result.metrics = {{.name = "flagged_classes", .value = static_cast<double>(flagged), .n = examined},
                    SuccessMetric("flagged_share", flagged_samples, samples)};
  std::vector<check::Metric> bars;
  std::vector<std::string> names;
  for (std::size_t k = 0; k < classes.size(); ++k) {
    AddClass(k, classes[k], strength_name, info, result);
    if (!classes[k].examined) continue;
    names.push_back(ClassName(info, static_cast<std::int32_t>(k)));
    bars.push_back({.name = names.back(), .value = classes[k].strength});
  }
  if (!bars.empty()) {
    result.figures.push_back(ClassBars({strength_title.en + " by class", "各类别的" + strength_title.zh},
                                       strength_title, names, bars, std::nullopt));
  }
  if (flagged > 0 && CanPicture(info)) {
    CUPEL_TRY(Json pictures, Pictures(classes, *context.training_data));
    result.figures.push_back(std::move(pictures));
  }
  return result;
}

}  // namespace cupel::algorithm::backdoor
