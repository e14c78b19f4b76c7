// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/signals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::leakage {
namespace {

TEST(Signals, EqualTheirDefinitionsWhereThoseAreSafe) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    ReproducibleStream stream(seed, "logits");
    std::vector<float> logits(2 + stream.Below(8));
    for (float& logit : logits) logit = static_cast<float>(2 * stream.Normal());
    const auto y = static_cast<std::size_t>(stream.Below(logits.size()));
    long double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<long double>(logit));
    std::vector<long double> p;
    for (const float logit : logits) p.push_back(std::exp(static_cast<long double>(logit)) / sum);
    long double entropy = -(1 - p[y]) * std::log(p[y]);
    for (std::size_t j = 0; j < p.size(); ++j) {
      if (j != y) entropy -= p[j] * std::log(1 - p[j]);
    }
    const Signals signals = SignalsOf(logits, static_cast<std::int32_t>(y));
    EXPECT_NEAR(signals.loss, static_cast<double>(-std::log(p[y])), 1e-13);
    EXPECT_NEAR(signals.log_odds, static_cast<double>(std::log(p[y] / (1 - p[y]))), 1e-12);
    EXPECT_NEAR(signals.largest_prob, static_cast<double>(*std::max_element(p.begin(), p.end())), 1e-14);
    EXPECT_NEAR(signals.modified_entropy, static_cast<double>(entropy), 1e-13);
    EXPECT_NEAR(Probability(signals.log_odds), static_cast<double>(p[y]), 1e-14);
  }
}

// The probability is 1 in double here; its log-odds are still told apart, as a likelihood ratio needs.
TEST(Signals, StayExactWhereTheProbabilityIsOne) {
  const Signals sure = SignalsOf(std::vector<float>{100, 0}, 0);
  EXPECT_EQ(sure.log_odds, 100);
  EXPECT_NEAR(sure.loss / std::exp(-100.0), 1, 1e-12);
  EXPECT_EQ(SignalsOf(std::vector<float>{101, 0}, 0).log_odds, 101);
  EXPECT_EQ(std::log(Probability(100) / (1 - Probability(100))), INFINITY);  // the way that is not taken
  const Signals wrong = SignalsOf(std::vector<float>{1000, 0, 0}, 1);
  EXPECT_EQ(wrong.log_odds, -1000);
  EXPECT_EQ(wrong.loss, 1000);
  // -(1 - p_y) log p_y is 1000; the sure wrong class's -log(1 - p), with 1 - p = 2 exp(-1000), 1000 - log 2.
  EXPECT_NEAR(wrong.modified_entropy, 2000 - std::log(2.0), 1e-9);
  EXPECT_EQ(wrong.largest_prob, 1);
}

TEST(Signals, OfAUniformAnswer) {
  const Signals signals = SignalsOf(std::vector<float>{3, 3, 3, 3}, 2);
  EXPECT_NEAR(signals.loss, std::log(4.0), 1e-15);
  EXPECT_NEAR(signals.log_odds, -std::log(3.0), 1e-15);
  EXPECT_NEAR(signals.largest_prob, 0.25, 1e-15);
  EXPECT_NEAR(signals.modified_entropy, 0.75 * std::log(4.0) - 0.75 * std::log(0.75), 1e-15);
}

}  // namespace
}  // namespace cupel::algorithm::leakage
