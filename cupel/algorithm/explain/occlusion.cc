// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cupel/algorithm/explain/methods.h"

namespace cupel::algorithm::explain {
namespace {

/// Features that are replaced together.
using Window = std::vector<std::size_t>;

// Starts 0, stride, 2 stride, ... and, so that nothing is left out, one more window at the end.
std::vector<std::int64_t> Starts(std::int64_t length, std::int64_t window, std::int64_t stride) {
  std::vector<std::int64_t> starts;
  for (std::int64_t at = 0; at + window < length; at += stride) starts.push_back(at);
  starts.push_back(std::max<std::int64_t>(0, length - window));
  return starts;
}

// Pictures: squares over all channels. Other samples: each feature alone.
std::vector<Window> Windows(const std::vector<std::int64_t>& shape, std::size_t d,
                            const MethodOptions& options) {
  std::vector<Window> windows;
  if (shape.size() != 3) {
    for (std::size_t i = 0; i < d; ++i) windows.push_back({i});
    return windows;
  }
  for (const std::int64_t top : Starts(shape[1], options.window, options.stride)) {
    for (const std::int64_t left : Starts(shape[2], options.window, options.stride)) {
      Window window;
      for (std::int64_t c = 0; c < shape[0]; ++c) {
        for (std::int64_t row = top; row < std::min(top + options.window, shape[1]); ++row) {
          for (std::int64_t column = left; column < std::min(left + options.window, shape[2]); ++column)
            window.push_back(static_cast<std::size_t>((c * shape[1] + row) * shape[2] + column));
        }
      }
      windows.push_back(std::move(window));
    }
  }
  return windows;
}

// phi_i: the mean of f(x) - f(x without the window) over the windows that cover i.
class Occlusion : public Attribution {
 public:
  Occlusion(const ExplainedModel& model, const MethodOptions& options) : model_(model), options_(options) {}
  Result<Explanation> Explain(const Question& question) const override {
    const std::size_t d = question.x.size();
    const std::vector<Window> windows = Windows(model_.sample_shape, d, options_);
    std::vector<float> inputs(question.x.begin(), question.x.end());
    inputs.reserve((windows.size() + 1) * d);
    for (const Window& window : windows) {
      inputs.insert(inputs.end(), question.x.begin(), question.x.end());
      for (const std::size_t i : window) inputs[inputs.size() - d + i] = question.baseline[i];
    }
    const auto rows = static_cast<std::int64_t>(windows.size()) + 1;
    CUPEL_TRY(const std::vector<double> logits, ClassLogits(model_, inputs, rows, question.target_class));
    Explanation explanation{std::vector<double>(d, 0.0), rows, {}};
    std::vector<double> covers(d, 0.0);
    for (std::size_t w = 0; w < windows.size(); ++w) {
      for (const std::size_t i : windows[w]) {
        explanation.values[i] += logits[0] - logits[w + 1];
        covers[i] += 1;
      }
    }
    // A stride beyond the window leaves features that no window covers: they get 0.
    for (std::size_t i = 0; i < d; ++i) explanation.values[i] /= std::max(1.0, covers[i]);
    return explanation;
  }

 private:
  ExplainedModel model_;
  MethodOptions options_;
};

}  // namespace

const Method& OcclusionMethod() {
  static const Method method = {
      .id = "occlusion",
      .title = "Occlusion",
      .source = "Zeiler, Fergus: Visualizing and understanding convolutional networks, ECCV 2014",
      .prepare = [](const ExplainedModel& model, const MethodOptions& options)
          -> Result<std::unique_ptr<Attribution>> { return std::make_unique<Occlusion>(model, options); }};
  return method;
}

}  // namespace cupel::algorithm::explain
