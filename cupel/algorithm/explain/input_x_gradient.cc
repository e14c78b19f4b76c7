// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/methods.h"

namespace cupel::algorithm::explain {
namespace {

// x_i * d f / d x_i: one forward and one backward pass.
class InputXGradient : public Attribution {
 public:
  explicit InputXGradient(const ExplainedModel& model) : model_(model) {}
  Result<Explanation> Explain(const Question& question) const override {
    CUPEL_TRY(const ClassGradients at, GradientsOfClass(model_, question.x, 1, question.target_class));
    Explanation explanation{.values = {}, .evaluations = 1, .completeness = {}};
    for (std::size_t i = 0; i < question.x.size(); ++i)
      explanation.values.push_back(double{question.x[i]} * at.gradients[i]);
    return explanation;
  }

 private:
  ExplainedModel model_;
};

}  // namespace

const Method& InputXGradientMethod() {
  static const Method method = {.id = "input-x-gradient",
                                .title = "Input x gradient",
                                .source = "Shrikumar et al.: Not just a black box, arXiv 1605.01713, 2016",
                                .prepare = [](const ExplainedModel& model,
                                              const MethodOptions&) -> Result<std::unique_ptr<Attribution>> {
                                  return std::make_unique<InputXGradient>(model);
                                }};
  return method;
}

}  // namespace cupel::algorithm::explain
