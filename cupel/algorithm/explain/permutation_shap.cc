// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/methods.h"
#include "cupel/algorithm/explain/players.h"

namespace cupel::algorithm::explain {
namespace {

class PermutationShap : public Attribution {
 public:
  PermutationShap(const ExplainedModel& model, const MethodOptions& options)
      : model_(model), options_(options), players_(MakePlayers(model.sample_shape, options.patch)) {}
  Result<Explanation> Explain(const Question& question) const override {
    CUPEL_TRY(const Shapley shapley,
              PermutationShapley(
                  players_.count, LogitGame(model_, question, players_),
                  {options_.permutations, options_.permutation_tolerance, options_.seed, question.sample}));
    return Spread(players_, shapley);
  }

 private:
  ExplainedModel model_;
  MethodOptions options_;
  Players players_;
};

}  // namespace

const Method& PermutationShapMethod() {
  static const Method method = {
      .id = "permutation-shap",
      .title = "Permutation SHAP",
      .source = "Mitchell et al.: Sampling permutations for Shapley value estimation, JMLR 2022",
      .promises_completeness = true,
      .prepare = [](const ExplainedModel& model,
                    const MethodOptions& options) -> Result<std::unique_ptr<Attribution>> {
        return std::make_unique<PermutationShap>(model, options);
      }};
  return method;
}

}  // namespace cupel::algorithm::explain
