// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/distribution.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "cupel/base/error.h"

namespace cupel::stats {
namespace {

// Double precision throughout: no long double, whose width depends on the platform; nothing throws.
namespace bmp = boost::math::policies;
using Policy = bmp::policy<bmp::promote_double<false>, bmp::domain_error<bmp::ignore_error>,
                           bmp::pole_error<bmp::ignore_error>, bmp::overflow_error<bmp::ignore_error>,
                           bmp::underflow_error<bmp::ignore_error>, bmp::evaluation_error<bmp::ignore_error>>;
using Normal = boost::math::normal_distribution<double, Policy>;
using Binomial = boost::math::binomial_distribution<double, Policy>;

bool IsProbability(double p) { return p >= 0 && p <= 1; }

}  // namespace

double NormalCdf(double z) { return boost::math::cdf(Normal(), z); }

double NormalQuantile(double probability) {
  CUPEL_CHECK(probability > 0 && probability < 1);
  return boost::math::quantile(Normal(), probability);
}

double TwoSidedZ(double level) {
  CUPEL_CHECK(level > 0 && level < 1);
  return NormalQuantile(0.5 + level / 2);
}

double BetaQuantile(double a, double b, double probability) {
  CUPEL_CHECK(a > 0 && b > 0 && probability > 0 && probability < 1);
  return boost::math::ibeta_inv(a, b, probability, Policy());
}

double ChiSquaredUpperTail(double x, double degrees) {
  CUPEL_CHECK(x >= 0 && degrees > 0);
  return boost::math::gamma_q(degrees / 2, x / 2, Policy());
}

double BinomialCdf(std::int64_t k, std::int64_t n, double p) {
  CUPEL_CHECK(n >= 0 && IsProbability(p));
  if (k < 0) return 0;
  if (k >= n) return 1;
  return boost::math::cdf(Binomial(static_cast<double>(n), p), static_cast<double>(k));
}

double BinomialUpperTail(std::int64_t k, std::int64_t n, double p) {
  CUPEL_CHECK(n >= 0 && IsProbability(p));
  if (k <= 0) return 1;
  if (k > n) return 0;
  const Binomial binomial(static_cast<double>(n), p);
  return boost::math::cdf(boost::math::complement(binomial, static_cast<double>(k - 1)));
}

double BinomialPmf(std::int64_t k, std::int64_t n, double p) {
  CUPEL_CHECK(k >= 0 && k <= n && IsProbability(p));
  return boost::math::pdf(Binomial(static_cast<double>(n), p), static_cast<double>(k));
}

BinomialSampler::BinomialSampler(std::int64_t n, double p) {
  CUPEL_CHECK(n >= 0 && IsProbability(p));
  const double mean = static_cast<double>(n) * p;
  const double reach = 12 * std::sqrt(mean * (1 - p)) + 12;
  first_ = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::floor(mean - reach)));
  const std::int64_t last = std::min(n, static_cast<std::int64_t>(std::ceil(mean + reach)));
  double sum = 0;
  for (std::int64_t k = first_; k <= last; ++k) {
    sum += BinomialPmf(k, n, p);
    cumulative_.push_back(sum);
  }
  for (double& value : cumulative_) value /= sum;
  cumulative_.back() = 1;
}

std::int64_t BinomialSampler::Draw(ReproducibleStream& stream) const {
  // The smallest count whose cumulative probability exceeds u; u < 1, so there is one.
  const auto it = std::ranges::upper_bound(cumulative_, stream.UniformDouble());
  return first_ + (it - cumulative_.begin());
}

}  // namespace cupel::stats
