// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/strip.h"

#include <gmock/gmock.h>

#include <cmath>

#include "cupel/algorithm/backdoor/answers.h"
#include "cupel/algorithm/backdoor/planted_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::backdoor {
namespace {

TEST(MeanEntropy, EqualsItsClosedForms) {
  EXPECT_NEAR(MeanEntropy(std::vector<float>{1, 1, 1, 1}, 4), 2, 1e-12);  // log2 of four.
  EXPECT_NEAR(MeanEntropy(std::vector<float>{200, 0}, 2), 0, 1e-12);
  // p = 1/4, 3/4: 2 - 3/4 log2 3.
  const auto log3 = static_cast<float>(std::log(3.0));
  EXPECT_NEAR(MeanEntropy(std::vector<float>{0, log3}, 2), 2 - 0.75 * std::log2(3.0), 1e-6);
  EXPECT_NEAR(MeanEntropy(std::vector<float>{7, 7, 200, 0}, 2), 0.5, 1e-12);  // Mean of 1 and 0.
}

// One overlay, so the sum is known: the logits are those of min(1, x + o).
TEST(OverlayEntropies, AddTheOverlayAndCutAtTheBox) {
  const auto model = ClassifierOf(AffineGraph({{3, 0}, {0, 3}}, {0, 0}), {2});
  data::dataset::DatasetInfo info;
  info.sample_shape = {2};
  const std::vector<float> inputs = {0.9F, 0.1F};
  const std::vector<float> overlay = {0.5F, 0.2F};
  const std::vector<std::int64_t> names = {17};
  CUPEL_ASSERT_OK(const std::vector<double> entropies,
                  OverlayEntropies(*model, info, inputs, names, overlay, 5, 1, 1, SilentProgress()));
  EXPECT_NEAR(entropies[0], MeanEntropy(std::vector<float>{3.0F, 0.9F}, 2), 1e-6);
}

TEST(OverlayEntropies, DependOnTheSampleNotOnItsNeighboursOrTheWorkers) {
  const DatasetPointer data = DimPictures(40, 2, 4);
  std::vector<std::vector<float>> weights(4, std::vector<float>(256));
  ReproducibleStream stream(3, "weights");
  for (auto& row : weights) {
    for (float& weight : row) weight = static_cast<float>(stream.Normal());
  }
  const auto model = ClassifierOf(AffineGraph(weights, {0, 0, 0, 0}), {1, 16, 16});
  const std::vector<std::int64_t> names = {3, 8, 21};
  CUPEL_ASSERT_OK(const std::vector<float> inputs, ReadSamples(*data, names));
  CUPEL_ASSERT_OK(const std::vector<float> overlays,
                  ReadSamples(*data, std::vector<std::int64_t>{30, 31, 32, 33}));
  const auto run = [&](std::size_t from, std::size_t count, int workers) {
    return OverlayEntropies(*model, data->info(), std::span(inputs).subspan(from * 256, count * 256),
                            std::span(names).subspan(from, count), overlays, 50, 1, workers, SilentProgress())
        .value();
  };
  const std::vector<double> all = run(0, 3, 1);
  EXPECT_EQ(run(0, 3, 3), all);
  EXPECT_EQ(run(1, 1, 1)[0], all[1]);
}

}  // namespace
}  // namespace cupel::algorithm::backdoor
