// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/methods.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::explain {
namespace {

// The mean gradient at noisy copies of the input; signed, not clipped to the box.
class SmoothGrad : public Attribution {
 public:
  SmoothGrad(const ExplainedModel& model, const MethodOptions& options) : model_(model), options_(options) {}
  Result<Explanation> Explain(const Question& question) const override {
    const std::size_t d = question.x.size();
    const auto n = static_cast<std::size_t>(options_.noise_samples);
    const double deviation = options_.noise * (options_.box_high - options_.box_low);
    std::vector<float> noisy(n * d);
    for (std::size_t row = 0; row < n; ++row) {
      ReproducibleStream stream(options_.seed, "explain.smoothgrad", question.sample,
                                static_cast<std::uint32_t>(row));
      for (std::size_t i = 0; i < d; ++i)
        noisy[row * d + i] = static_cast<float>(question.x[i] + deviation * stream.Normal());
    }
    CUPEL_TRY(const ClassGradients at,
              GradientsOfClass(model_, noisy, options_.noise_samples, question.target_class));
    Explanation explanation{std::vector<double>(d, 0.0), options_.noise_samples, {}};
    for (std::size_t k = 0; k < n * d; ++k)
      explanation.values[k % d] += at.gradients[k] / static_cast<double>(n);
    return explanation;
  }

 private:
  ExplainedModel model_;
  MethodOptions options_;
};

}  // namespace

const Method& SmoothGradMethod() {
  static const Method method = {
      .id = "smoothgrad",
      .title = "SmoothGrad",
      .source = "Smilkov et al.: SmoothGrad: removing noise by adding noise, arXiv 1706.03825, 2017",
      .prepare = [](const ExplainedModel& model, const MethodOptions& options)
          -> Result<std::unique_ptr<Attribution>> { return std::make_unique<SmoothGrad>(model, options); }};
  return method;
}

}  // namespace cupel::algorithm::explain
