// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/methods.h"
#include "cupel/algorithm/explain/players.h"

namespace cupel::algorithm::explain {
namespace {

class KernelShap : public Attribution {
 public:
  KernelShap(const ExplainedModel& model, const MethodOptions& options)
      : model_(model), options_(options), players_(MakePlayers(model.sample_shape, options.patch)) {}
  Result<Explanation> Explain(const Question& question) const override {
    CUPEL_TRY(const Shapley shapley, KernelShapley(players_.count, LogitGame(model_, question, players_),
                                                   {options_.coalitions, options_.seed, question.sample}));
    return Spread(players_, shapley);
  }

 private:
  ExplainedModel model_;
  MethodOptions options_;
  Players players_;
};

}  // namespace

const Method& KernelShapMethod() {
  static const Method method = {
      .id = "kernel-shap",
      .title = "KernelSHAP",
      .source =
          "Lundberg, Lee: A unified approach to interpreting model predictions, NeurIPS 2017; Covert, "
          "Lee: Improving KernelSHAP, AISTATS 2021",
      .promises_completeness = true,
      .prepare = [](const ExplainedModel& model, const MethodOptions& options)
          -> Result<std::unique_ptr<Attribution>> { return std::make_unique<KernelShap>(model, options); }};
  return method;
}

}  // namespace cupel::algorithm::explain
