// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/executor/classifier.h"
#include "cupel/algorithm/explain/checks.h"
#include "cupel/algorithm/explain/faithfulness.h"
#include "cupel/algorithm/explain/method_run.h"

namespace cupel::algorithm::explain {
namespace {

check::Description Describe() {
  check::Description description;
  description.id = "explain.faithfulness";
  description.title = {"Faithfulness of explanations", "解释的忠实性"};
  description.summary = {
      "Tests integrated gradients: do attributions add up, does removing what they call important hurt more "
      "than removing at "
      "random, and do they change when the weights are random?",
      "检验积分梯度归因：归因之和是否完备；"
      "移除其认为重要的像素是否比随机移除影响更大；"
      "权重随机化后归因是否随"
      "之改变。"};
  description.principle = check::Principle::kExplainability;
  description.requirements = {"A6"};
  description.parameters = {
      IntegerParameter("steps", "points", 64, 1, 4096, {"Points of the path integral", "路径积分的点数"}),
      BaselineParameter(),
      IntegerParameter("stages", "stages", 28, 1, 1000,
                       {"Stages of deletion and insertion", "删除与插入的阶段数"}),
      IntegerParameter("random_maps", "maps", 2, 1, 100,
                       {"Random orders each sample is compared with", "与每个样本比较的随机顺序数"}),
      SamplesParameter(100),
  };
  description.metrics = {
      {"deletion_gap", {"Deletion: gap to random", "删除：与随机的差距"}, "", true},
      {"insertion_gap", {"Insertion: gap to random", "插入：与随机的差距"}, "", true},
      {"completeness_error", {"Completeness error", "完备性误差"}, "", false},
      {"randomisation_correlation",
       {"Rank correlation with random weights", "与随机权重归因的秩相关"},
       "correlation",
       false},
      {"randomisation_correlation_absolute",
       {"Rank correlation with random weights, absolute values", "与随机权重归因的秩相关（绝对值）"},
       "correlation",
       false},
      {"deletion_auc", {"Deletion area", "删除曲线下面积"}, "", false},
      {"insertion_auc", {"Insertion area", "插入曲线下面积"}, "", true},
  };
  description.source =
      "Sundararajan et al., ICML 2017 (integrated gradients); Petsiuk et al., BMVC 2018 (deletion, "
      "insertion); Adebayo et al., "
      "NeurIPS 2018 (randomised weights)";
  return description;
}

class Faithfulness : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    const executor::Classifier& classifier = *context.model;
    tensor::UseOneThreadPerOperator();
    CUPEL_TRY(const std::unique_ptr<executor::Classifier> randomised,
              classifier.WithRandomisedWeights(context.seed));
    FaithfulnessOptions options;
    options.steps = context.parameters.Integer("steps");
    options.stages = context.parameters.Integer("stages");
    options.random_maps = context.parameters.Integer("random_maps");
    options.samples = context.parameters.Integer("samples");
    CUPEL_TRY(options.baseline, ParseBaseline(context.parameters.Text("baseline")));
    const ClassifierExecutor search(classifier);
    const ClassifierExecutor control(*randomised);
    CUPEL_TRY(check::CheckResult result,
              MeasureFaithfulness(search.model(), control.model(), options, context));
    result.notes.push_back(
        {"Pixels equal to the baseline get no attribution in any model, so the correlation of absolute "
         "values stays high on pictures "
         "with an empty background; the signed correlation is the one to judge by.",
         "与基线相同的像素在任何模型中归因均为零，"
         "因此背景为空的图片上绝对值的秩相关会偏高；"
         "应以带符号的秩相"
         "关为准。"});
    return result;
  }

 private:
  check::Description description_ = Describe();
};

}  // namespace

const check::Check& FaithfulnessCheck() {
  static const Faithfulness check;
  return check;
}

}  // namespace cupel::algorithm::explain
