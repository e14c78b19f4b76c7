// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/data/image/codec.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::inspect {
namespace {

using check::Text;

Result<Json> Cell(const std::vector<std::int64_t>& shape, const std::vector<float>& values, Text caption) {
  CUPEL_TRY(const data::image::Image image, data::image::MakeImage(shape[0], shape[1], shape[2], values));
  CUPEL_TRY(const Bytes png, data::image::EncodePng(image));
  Json cell;
  cell["png"] = "data:image/png;base64," + ToBase64(png);
  cell["caption"] = ToJson(caption);
  return cell;
}

const std::string& ClassName(const data::dataset::DatasetInfo& info, std::int32_t label) {
  return info.class_names[static_cast<std::size_t>(label)];
}

Result<Json> Row(const PicturedAttack& attack, const data::dataset::Dataset& data) {
  const data::dataset::DatasetInfo& info = data.info();
  std::vector<float> original(static_cast<std::size_t>(info.SampleSize()));
  CUPEL_TRY_STATUS(data.Read({&attack.record->index, 1}, original));
  const std::vector<float>& adversarial = attack.outcome->adversarial;
  std::vector<float> difference(original.size());
  double largest = 0;
  for (std::size_t i = 0; i < original.size(); ++i) {
    difference[i] = adversarial[i] - original[i];
    largest = std::max(largest, std::abs(double{difference[i]}));
  }
  const float scale = largest > 0 ? static_cast<float>(0.5 / largest) : 0.0F;
  for (float& value : difference) value = 0.5F + value * scale;
  const auto light = [&](std::vector<float> values) {
    for (float& value : values) value = (value - info.box_low) / (info.box_high - info.box_low);
    return values;
  };
  const std::string& label = ClassName(info, attack.record->goal.label);
  const std::string& predicted = ClassName(info, attack.outcome->predicted);
  Json row;
  row["caption"] =
      ToJson(Text{fmt::format("sample {}, epsilon {:.4g}", attack.record->original, attack.epsilon),
                  fmt::format("样本 {}，扰动预算 {:.4g}", attack.record->original, attack.epsilon)});
  CUPEL_TRY(Json before, Cell(info.sample_shape, light(original), {label, label}));
  CUPEL_TRY(Json after, Cell(info.sample_shape, light(adversarial), {predicted, predicted}));
  CUPEL_TRY(Json change, Cell(info.sample_shape, difference,
                              {fmt::format("up to {:.4g}", largest), fmt::format("最大 {:.4g}", largest)}));
  row["cells"] = Json::Array{std::move(before), std::move(after), std::move(change)};
  return row;
}

}  // namespace

Json RobustnessCurve(const std::vector<CurvePoint>& points, Norm norm) {
  Json series;
  series["name"] = ToJson(Text{"robust accuracy", "鲁棒准确率"});
  for (const CurvePoint& point : points) {
    series["x"].Append(point.epsilon);
    series["y"].Append(point.robust.value);
    series["low"].Append(point.robust.interval->low);
    series["high"].Append(point.robust.interval->high);
  }
  Json figure;
  figure["type"] = "curve";
  figure["title"] =
      ToJson(Text{"Robust accuracy against the attacker's budget", "鲁棒准确率随攻击预算的变化"});
  figure["series"] = Json::Array{std::move(series)};
  const char* name = norm == Norm::kLinf ? "Linf" : norm == Norm::kL2 ? "L2" : "L1";
  figure["xLabel"] = ToJson(Text{fmt::format("epsilon ({})", name), fmt::format("扰动预算（{}）", name)});
  figure["yLabel"] = ToJson(Text{"robust accuracy", "鲁棒准确率"});
  figure["yUnit"] = "fraction";
  figure["xMin"] = 0;
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  return figure;
}

Json QueryCurve(std::vector<std::int64_t> found_at, std::int64_t standing_first, std::int64_t samples,
                std::int64_t spent) {
  constexpr std::int64_t kPoints = 100;
  std::sort(found_at.begin(), found_at.end());
  Json series;
  series["name"] = ToJson(Text{"robust accuracy", "鲁棒准确率"});
  std::int64_t last = -1;
  for (std::int64_t point = 0; point <= kPoints; ++point) {
    const std::int64_t queries = spent * point / kPoints;
    if (queries == last) continue;
    last = queries;
    const auto fallen = std::upper_bound(found_at.begin(), found_at.end(), queries) - found_at.begin();
    const std::int64_t standing = standing_first - fallen;
    const stats::Interval interval = stats::Wilson(standing, samples, 0.95);
    series["x"].Append(queries);
    series["y"].Append(static_cast<double>(standing) / static_cast<double>(samples));
    series["low"].Append(interval.low);
    series["high"].Append(interval.high);
  }
  Json figure;
  figure["type"] = "curve";
  figure["title"] =
      ToJson(Text{"Robust accuracy against the attacker's queries", "鲁棒准确率随查询次数的变化"});
  figure["series"] = Json::Array{std::move(series)};
  figure["xLabel"] = ToJson(Text{"queries a sample", "每个样本的查询次数"});
  figure["yLabel"] = ToJson(Text{"robust accuracy", "鲁棒准确率"});
  figure["yUnit"] = "fraction";
  figure["xMin"] = 0;
  figure["yMin"] = 0;
  figure["yMax"] = 1;
  return figure;
}

Result<Json> AdversarialPictures(const std::vector<PicturedAttack>& attacks,
                                 const data::dataset::Dataset& data) {
  const std::vector<std::int64_t>& shape = data.info().sample_shape;
  if (attacks.empty() || shape.size() != 3 || (shape[0] != 1 && shape[0] != 3)) return Json();
  Json figure;
  figure["type"] = "images";
  figure["title"] = ToJson(Text{"Adversarial examples", "对抗样本"});
  figure["caption"] = ToJson(
      Text{"The difference is stretched; grey means no change.", "差异已放大显示；灰色表示没有变化。"});
  figure["columns"] = Json::Array{ToJson(Text{"original", "原图"}), ToJson(Text{"adversarial", "对抗样本"}),
                                  ToJson(Text{"difference", "差异"})};
  for (const PicturedAttack& attack : attacks) {
    CUPEL_TRY(Json row, Row(attack, data));
    figure["rows"].Append(std::move(row));
  }
  return figure;
}

}  // namespace cupel::algorithm::inspect
