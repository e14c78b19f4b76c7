// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/method_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/explain/heat_map.h"

namespace cupel::algorithm::explain {
namespace {

using check::ParameterSpec;
using check::ParameterType;
using check::Text;

constexpr std::int64_t kPicturedSamples = 6;
constexpr std::size_t kPicturedMethods = 7;

ParameterSpec Number(ParameterType type, std::string name, std::string unit, Json fallback, double low,
                     double high, Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.unit = std::move(unit);
  spec.fallback = std::move(fallback);
  spec.low = low;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

// The heat map of a method, or the reason why it is not shown.
Result<Json> CellOf(const data::dataset::DatasetInfo& info, const ReadyMethod& ready, const Subject& subject,
                    const std::vector<Refusal>& refused) {
  const auto refusal = std::ranges::find(refused, ready.method->id, &Refusal::method);
  if (refusal != refused.end()) return WithheldCell(info, refusal->why);
  CUPEL_TRY(const Explanation explanation, ready.attribution->Explain(subject.question()));
  if (explanation.Holds()) return HeatMapCell(info, explanation.values);
  const double percent = 100 * explanation.completeness->Error();
  return WithheldCell(info, {fmt::format("withheld: completeness error {:.3g} %", percent),
                             fmt::format("不予显示：完备性误差 {:.3g} %", percent)});
}

}  // namespace

ParameterSpec IntegerParameter(std::string name, std::string unit, std::int64_t fallback, double low,
                               double high, Text meaning) {
  return Number(ParameterType::kInteger, std::move(name), std::move(unit), fallback, low, high,
                std::move(meaning));
}

ParameterSpec RealParameter(std::string name, std::string unit, double fallback, double low, double high,
                            Text meaning) {
  return Number(ParameterType::kReal, std::move(name), std::move(unit), fallback, low, high,
                std::move(meaning));
}

ParameterSpec BaselineParameter() {
  ParameterSpec baseline;
  baseline.name = "baseline";
  baseline.type = ParameterType::kText;
  baseline.fallback = "zero";
  baseline.choices = {"zero", "mean", "blur"};
  baseline.meaning = {"The input that stands for no information", "代表“没有信息”的基线输入"};
  return baseline;
}

ParameterSpec SamplesParameter(std::int64_t fallback) {
  return IntegerParameter(
      "samples", "samples", fallback, 0, 1e9,
      {"The first so many samples of the data set; 0: all", "取数据集的前若干个样本；0 表示全部"});
}

std::vector<ParameterSpec> MethodParameters(const std::vector<std::string>& methods, std::int64_t samples) {
  ParameterSpec names;
  names.name = "methods";
  names.type = ParameterType::kTextList;
  names.fallback = Json::ArrayOf(methods);
  for (const Method* method : AllMethods()) names.choices.push_back(method->id);
  names.meaning = {"Attribution methods", "归因方法"};
  return {names, BaselineParameter(), SamplesParameter(samples),
          IntegerParameter("max_points", "points", 128, 8, 4096,
                           {"Integrated gradients: points of the path at most", "积分梯度：路径点数上限"}),
          IntegerParameter("patch", "pixels", 4, 1, 1e4,
                           {"Pixels a side of the patches of SHAP and occlusion", "SHAP 与遮挡的图块边长"})};
}

Result<MethodSettings> SettingsFrom(const check::Context& context) {
  MethodSettings settings;
  for (const std::string& id : context.parameters.Texts("methods")) {
    CUPEL_TRY(const Method* method, FindMethod(id));
    if (std::ranges::find(settings.methods, method) != settings.methods.end())
      return Fail(ErrorCode::kInvalidArgument, fmt::format("methods names {} twice", id));
    settings.methods.push_back(method);
  }
  CUPEL_TRY(settings.baseline, ParseBaseline(context.parameters.Text("baseline")));
  const std::int64_t wanted = context.parameters.Integer("samples");
  settings.samples = wanted == 0 ? context.data->size() : std::min(wanted, context.data->size());
  if (settings.samples == 0) return Fail(ErrorCode::kInvalidArgument, "the data set is empty");
  settings.options.seed = context.seed;
  settings.options.box_low = context.data->info().box_low;
  settings.options.box_high = context.data->info().box_high;
  settings.options.max_points = context.parameters.Integer("max_points");
  settings.options.patch = settings.options.window = context.parameters.Integer("patch");
  settings.options.stride = std::max<std::int64_t>(1, settings.options.window / 2);
  return settings;
}

Result<std::vector<ReadyMethod>> MakeReady(const MethodSettings& settings, const ExplainedModel& model,
                                           std::vector<Text>* notes) {
  std::vector<ReadyMethod> ready;
  for (const Method* method : settings.methods) {
    Result<std::unique_ptr<Attribution>> attribution = method->prepare(model, settings.options);
    if (attribution) {
      ready.push_back({method, *std::move(attribution)});
      continue;
    }
    const Error& error = attribution.error();
    if (error.code != ErrorCode::kUnsupported) return tl::make_unexpected(error);
    if (notes != nullptr) {
      notes->push_back({fmt::format("{} was left out: {}.", method->id, error.message),
                        fmt::format("未使用 {}：{}。", method->id, error.message)});
    }
  }
  return ready;
}

Result<Subject> ReadSubject(const check::Context& context, const ExplainedModel& model, Baseline baseline,
                            std::int64_t index) {
  const data::dataset::DatasetInfo& info = context.data->info();
  Subject subject;
  subject.original = context.data->OriginalIndex(index);
  subject.x.resize(static_cast<std::size_t>(info.SampleSize()));
  CUPEL_TRY_STATUS(context.data->Read({&index, 1}, subject.x));
  CUPEL_TRY(subject.baseline,
            MakeBaseline(baseline, subject.x, info.sample_shape, info.box_low, info.box_high));
  CUPEL_TRY(const std::vector<float> logits, TiledLogits(model, subject.x, 1));
  subject.target_class = static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin());
  return subject;
}

Result<Json> MapsFigure(const check::Context& context, const ExplainedModel& model,
                        const MethodSettings& settings, const std::vector<ReadyMethod>& methods,
                        const std::vector<Refusal>& refused) {
  const data::dataset::DatasetInfo& info = context.data->info();
  const std::size_t shown = std::min(methods.size(), kPicturedMethods);
  Json figure;
  figure["type"] = "images";
  figure["title"] = ToJson(Text{"What the methods say the model looks at", "各归因方法所示的模型关注区域"});
  figure["caption"] = ToJson(Text{
      "Red speaks for the class, blue against it. Grey: withheld, because the method broke its own axiom or "
      "does not depend on the weights.",
      "红色支持该类别，蓝色反对。灰色表示不予显示：该方法违背自身公理，或与模型权重无关。"});
  figure["columns"] = Json::Array{ToJson(Text{"input", "输入"})};
  for (std::size_t m = 0; m < shown; ++m) figure["columns"].Append(methods[m].method->id);
  for (std::int64_t index = 0; index < std::min(settings.samples, kPicturedSamples); ++index) {
    CUPEL_TRY(const Subject subject, ReadSubject(context, model, settings.baseline, index));
    Json row;
    const std::string& name = info.class_names[static_cast<std::size_t>(subject.target_class)];
    row["caption"] = ToJson(Text{"answer: " + name, "回答：" + name});
    CUPEL_TRY(Json input, InputCell(info, subject.x));
    row["cells"] = Json::Array{std::move(input)};
    for (std::size_t m = 0; m < shown; ++m) {
      CUPEL_TRY(Json cell, CellOf(info, methods[m], subject, refused));
      row["cells"].Append(std::move(cell));
    }
    figure["rows"].Append(std::move(row));
  }
  return figure;
}

}  // namespace cupel::algorithm::explain
