// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/explain/checks.h"
#include "cupel/algorithm/explain/counterfactual.h"
#include "cupel/algorithm/explain/method_run.h"
#include "cupel/algorithm/explain/sample_records.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::explain {
namespace {

using check::Text;
using data::dataset::Dataset;

constexpr std::string_view kId = "explain.counterfactual";
// Of a sample: found, distance, changed; the same with the fixed features kept.
constexpr std::size_t kWidth = 6;

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Counterfactuals for rows of a table", "表格样本的反事实解释"};
  description.summary = {
      "Looks for the smallest change of a row after which the model answers otherwise, with and without "
      "features that a person cannot change.",
      "为每行寻找使模型改变回答的最小改动，并分别考察是否允许改动当事人无法改变的特征。"};
  description.principle = check::Principle::kExplainability;
  description.requirements = {"A6"};
  check::ParameterSpec fixed;
  fixed.name = "fixed";
  fixed.type = check::ParameterType::kRealList;
  fixed.fallback = Json::Array{};
  fixed.low = 0;
  fixed.high = 1e6;
  fixed.meaning = {"Indices of features that cannot be changed", "不可改变的特征的序号"};
  description.parameters = {
      SamplesParameter(100), fixed,
      IntegerParameter("pool", "samples", 2000, 1, 1e7,
                       {"Rows to start from: of the training data if there is, else of the data",
                        "作为起点的行数：优先取训练数据"}),
      IntegerParameter("starts", "samples", 5, 1, 1000, {"Starts for each row", "每行的起点数"})};
  description.metrics = {
      {"validity", {"Rows with a counterfactual", "存在反事实的比例"}, "", true},
      {"actionability",
       {"Rows with one that keeps the fixed features", "保持不可变特征时存在反事实的比例"},
       "",
       true},
      {"proximity",
       {"Distance, in deviations of the features", "距离（以特征离差为单位）"},
       "deviations",
       false},
      {"sparsity", {"Features changed", "改动的特征数"}, "features", false},
      {"proximity_actionable",
       {"Distance with the fixed features kept", "保持不可变特征时的距离"},
       "deviations",
       false},
      {"sparsity_actionable",
       {"Features changed with the fixed ones kept", "保持不可变特征时改动的特征数"},
       "features",
       false},
  };
  description.source =
      "Wachter, Mittelstadt, Russell: Counterfactual explanations without opening the black box, 2017; "
      "Mothilal, Sharma, Tan: DiCE, FAT* 2020";
  return description;
}

Result<CounterfactualPool> ReadPool(const check::Context& context, const ExplainedModel& model) {
  const Dataset& data = context.training_data != nullptr ? *context.training_data : *context.data;
  const std::int64_t n = std::min(data.size(), context.parameters.Integer("pool"));
  std::vector<float> rows(static_cast<std::size_t>(n * data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read(FirstSamples(n), rows));
  return CounterfactualPool::Create(model, std::move(rows));
}

Result<std::vector<bool>> FixedFeatures(const check::Parameters& parameters, std::int64_t d) {
  std::vector<bool> fixed(static_cast<std::size_t>(d), false);
  for (const double index : parameters.Reals("fixed")) {
    if (index != std::floor(index) || index >= static_cast<double>(d)) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("fixed must hold indices of features in [0, {}), got {}", d, index));
    }
    fixed[static_cast<std::size_t>(index)] = true;
  }
  return fixed;
}

class CounterfactualOfTables : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    tensor::UseOneThreadPerOperator();
    check::CheckResult result;
    if (context.data->info().IsImage()) {
      result.not_applicable =
          Text{"The samples are pictures, not rows of a table.", "样本是图像而非表格行。"};
      return result;
    }
    const ClassifierExecutor search(*context.model);
    const ExplainedModel model = search.model();
    CUPEL_TRY(const CounterfactualPool pool, ReadPool(context, model));
    CUPEL_TRY(const std::vector<bool> fixed, FixedFeatures(context.parameters, pool.d()));
    const std::int64_t wanted = context.parameters.Integer("samples");
    const std::int64_t n = wanted == 0 ? context.data->size() : std::min(wanted, context.data->size());
    const auto measure = [&](std::int64_t index) -> Result<std::vector<double>> {
      CUPEL_TRY(const Subject subject, ReadSubject(context, model, Baseline::kZero, index));
      std::vector<double> numbers;
      for (const bool keep : {false, true}) {
        CounterfactualOptions options;
        options.starts = context.parameters.Integer("starts");
        if (keep) options.fixed = fixed;
        CUPEL_TRY(const auto found,
                  FindCounterfactual(model, pool, subject.x, subject.target_class, options));
        numbers.push_back(found ? 1 : 0);
        numbers.push_back(found ? found->distance : 0);
        numbers.push_back(found ? static_cast<double>(found->changed) : 0);
      }
      return numbers;
    };
    CUPEL_TRY(const auto records, MeasureSamples(context, kId, FirstSamples(n), kWidth, measure));
    AddMetrics(records, 0, "validity", "", context.seed, result);
    if (std::ranges::find(fixed, true) != fixed.end()) {
      AddMetrics(records, 3, "actionability", "_actionable", context.seed, result);
    } else {
      result.notes.push_back({"No feature is declared fixed, so actionability was not measured.",
                              "未声明不可改变的特征，因此未评估可操作性。"});
    }
    return result;
  }

 private:
  static void AddMetrics(const std::vector<std::vector<double>>& records, std::size_t first,
                         std::string share, const std::string& suffix, std::uint64_t seed,
                         check::CheckResult& result) {
    std::vector<std::vector<double>> found;
    for (const std::vector<double>& record : records) {
      if (record[first] == 1) found.push_back(record);
    }
    const auto n = static_cast<std::int64_t>(records.size());
    const auto count = static_cast<std::int64_t>(found.size());
    result.metrics.push_back({.name = std::move(share),
                              .value = static_cast<double>(count) / static_cast<double>(n),
                              .interval = stats::Wilson(count, n, 0.95),
                              .n = n,
                              .count = count});
    if (found.empty()) return;
    result.metrics.push_back(MeanMetric("proximity" + suffix, Column(found, first + 1), kId, seed));
    result.metrics.push_back(MeanMetric("sparsity" + suffix, Column(found, first + 2), kId, seed));
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& CounterfactualCheck() {
  static const CounterfactualOfTables check;
  return check;
}

}  // namespace cupel::algorithm::explain
