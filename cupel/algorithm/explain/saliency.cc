// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/methods.h"

#include <cmath>

namespace cupel::algorithm::explain {
namespace {

// |d f / d x_i|: one forward and one backward pass.
class Saliency : public Attribution {
 public:
  explicit Saliency(const ExplainedModel& model) : model_(model) {}
  Result<Explanation> Explain(const Question& question) const override {
    CUPEL_TRY(const ClassGradients at, GradientsOfClass(model_, question.x, 1, question.target_class));
    Explanation explanation{.values = {}, .evaluations = 1, .completeness = {}};
    for (const float gradient : at.gradients) explanation.values.push_back(std::abs(gradient));
    return explanation;
  }

 private:
  ExplainedModel model_;
};

}  // namespace

const Method& SaliencyMethod() {
  static const Method method = {
      .id = "saliency",
      .title = "Saliency",
      .source = "Simonyan, Vedaldi, Zisserman: Deep inside convolutional networks, ICLR workshop 2014",
      .is_signed = false,
      .prepare = [](const ExplainedModel& model, const MethodOptions&)
          -> Result<std::unique_ptr<Attribution>> { return std::make_unique<Saliency>(model); }};
  return method;
}

}  // namespace cupel::algorithm::explain
