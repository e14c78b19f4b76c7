// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/methods.h"
#include "cupel/algorithm/explain/rescale_network.h"

namespace cupel::algorithm::explain {
namespace {

// phi_i = (x_i - b_i) m_i, where m is the chain of the layers' multipliers.
class DeepLift : public Attribution {
 public:
  explicit DeepLift(std::unique_ptr<RescaleNetwork> network) : network_(std::move(network)) {}
  Result<Explanation> Explain(const Question& question) const override {
    CUPEL_TRY(const RescaleNetwork::Multipliers found, network_->Find(question));
    Explanation explanation{{}, 2, {}};
    for (std::size_t i = 0; i < question.x.size(); ++i)
      explanation.values.push_back(found.values[i] * (double{question.x[i]} - question.baseline[i]));
    explanation.completeness = CompletenessOf(explanation.values, found.difference);
    return explanation;
  }

 private:
  std::unique_ptr<RescaleNetwork> network_;
};

}  // namespace

const Method& DeepLiftMethod() {
  static const Method method = {
      .id = "deeplift",
      .title = "DeepLift (rescale)",
      .source =
          "Shrikumar, Greenside, Kundaje: Learning important features through propagating activation "
          "differences, ICML 2017",
      .promises_completeness = true,
      .prepare = [](const ExplainedModel& model,
                    const MethodOptions&) -> Result<std::unique_ptr<Attribution>> {
        if (model.classifier == nullptr)
          return Fail(ErrorCode::kUnsupported, "DeepLift needs the network's graph");
        CUPEL_TRY(std::unique_ptr<RescaleNetwork> network, RescaleNetwork::Create(*model.classifier));
        return std::make_unique<DeepLift>(std::move(network));
      }};
  return method;
}

}  // namespace cupel::algorithm::explain
