// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/fairness/subgroup_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/fairness/bit_count.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::fairness {
namespace {

using data::dataset::GroupAttribute;
using Bits = std::vector<std::uint64_t>;

std::size_t Words(std::size_t n) { return (n + 63) / 64; }

void Set(std::span<std::uint64_t> bits, std::size_t i) { bits[i / 64] |= std::uint64_t{1} << (i % 64); }

/// An item and the samples that have it.
struct Frequent {
  Item item;
  Bits samples;
};

/// Depth-first over itemsets. Samples are in an order in which the m cases come first, so that the first m
/// bits of a subgroup are its cases.
class Search {
 public:
  Search(std::span<const GroupAttribute> attributes, std::span<const std::uint8_t> is_case,
         std::span<const std::uint8_t> success, const SearchOptions& options)
      : options_(options), n_(is_case.size()) {
    OrderSamples(is_case);
    CountSuccesses(success);
    Shuffle();
    FindItems(attributes);
  }

  Result<SearchResult> Run() {
    if (cases_ == 0 || successes_ == 0 || successes_ == static_cast<std::int64_t>(cases_)) return Finish();
    levels_.assign(static_cast<std::size_t>(options_.max_items), Bits(Words(n_)));
    CUPEL_TRY_STATUS(Extend(nullptr, 0));
    return Finish();
  }

 private:
  std::span<const std::uint64_t> CasesOf(const Bits& bits) const {
    return std::span(bits).first(Words(cases_));
  }

  void OrderSamples(std::span<const std::uint8_t> is_case) {
    for (std::size_t i = 0; i < n_; ++i) {
      if (is_case[i] != 0) order_.push_back(i);
    }
    cases_ = order_.size();
    for (std::size_t i = 0; i < n_; ++i) {
      if (is_case[i] == 0) order_.push_back(i);
    }
    // The word in which cases end may also hold others; this cuts them off.
    case_mask_.assign(Words(cases_), ~std::uint64_t{0});
    if (cases_ % 64 != 0) case_mask_.back() = (std::uint64_t{1} << (cases_ % 64)) - 1;
  }

  void CountSuccesses(std::span<const std::uint8_t> success) {
    outcome_.assign(Words(cases_), 0);
    for (std::size_t i = 0; i < cases_; ++i) {
      if (success[order_[i]] != 0) Set(outcome_, i);
    }
    successes_ = CountBits(outcome_);
  }

  /// Each shuffle draws which cases are the successes: a partial Fisher-Yates.
  void Shuffle() {
    const auto permutations = static_cast<std::size_t>(options_.permutations);
    const std::size_t words = Words(cases_);
    shuffled_.assign(permutations * words, 0);
    largest_z_.assign(permutations, 0);
    largest_divergence_.assign(permutations, 0);
    largest_weighted_.assign(permutations, 0);
    std::vector<std::uint32_t> places(cases_);
    for (std::size_t i = 0; i < cases_; ++i) places[i] = static_cast<std::uint32_t>(i);
    for (std::size_t p = 0; p < permutations; ++p) {
      ReproducibleStream stream(options_.seed, options_.name, p);
      const std::span<std::uint64_t> bits(shuffled_.data() + p * words, words);
      for (std::size_t i = 0; i < static_cast<std::size_t>(successes_); ++i) {
        std::swap(places[i], places[i + static_cast<std::size_t>(stream.Below(cases_ - i))]);
        Set(bits, places[i]);
      }
    }
  }

  bool IsFrequent(std::int64_t count) const {
    return static_cast<double>(count) >= options_.min_support * static_cast<double>(n_) * (1 - 1e-12);
  }

  void FindItems(std::span<const GroupAttribute> attributes) {
    for (std::size_t a = 0; a < attributes.size(); ++a) {
      std::vector<Bits> bits(attributes[a].group_names.size(), Bits(Words(n_)));
      for (std::size_t i = 0; i < n_; ++i) {
        const std::int32_t value = attributes[a].group_of[order_[i]];
        if (value >= 0) Set(bits[static_cast<std::size_t>(value)], i);
      }
      for (std::size_t v = 0; v < bits.size(); ++v) {
        if (!IsFrequent(CountBits(bits[v]))) continue;
        items_.push_back({{static_cast<std::int32_t>(a), static_cast<std::int32_t>(v)}, std::move(bits[v])});
      }
    }
  }

  /// Visits every frequent extension of the current itemset (samples: parent, null for all samples) by items
  /// from `first` on.
  Status Extend(const Bits* parent, std::size_t first) {
    for (std::size_t i = first; i < items_.size(); ++i) {
      const Frequent& next = items_[i];
      if (!current_.empty() && current_.back().attribute == next.item.attribute) continue;
      Bits& samples = levels_[current_.size()];
      for (std::size_t w = 0; w < samples.size(); ++w) {
        samples[w] = next.samples[w] & (parent == nullptr ? ~std::uint64_t{0} : (*parent)[w]);
      }
      const std::int64_t n = CountBits(samples);
      if (!IsFrequent(n)) continue;
      current_.push_back(next.item);
      Visit(samples, n);
      if (static_cast<std::int64_t>(found_.size()) > kMaxSubgroups) {
        return Fail(
            ErrorCode::kResourceLimit,
            fmt::format("more than {} subgroups have a support of {}", kMaxSubgroups, options_.min_support),
            "", "raise min_support, or lower max_items");
      }
      if (static_cast<std::int64_t>(current_.size()) < options_.max_items) {
        CUPEL_TRY_STATUS(Extend(&samples, i + 1));
      }
      current_.pop_back();
    }
    return {};
  }

  void Visit(const Bits& samples, std::int64_t n) {
    Bits& cases = case_bits_;
    cases.assign(CasesOf(samples).begin(), CasesOf(samples).end());
    for (std::size_t w = 0; w < cases.size(); ++w) cases[w] &= case_mask_[w];
    const std::int64_t m = CountBits(cases);
    if (m < options_.min_cases || m == static_cast<std::int64_t>(cases_)) return;
    const auto all = static_cast<double>(cases_);
    const auto own = static_cast<double>(m);
    const double rate = static_cast<double>(successes_) / all;
    const double expected = own * rate;
    const double spread = std::sqrt(own * (all - own) / all * rate * (1 - rate));
    Subgroup subgroup;
    subgroup.items = current_;
    subgroup.n = n;
    subgroup.count = {CountCommonBits(cases, outcome_.data()), m};
    const double excess = static_cast<double>(subgroup.count.k) - expected;
    subgroup.divergence = excess / own;
    subgroup.z = excess / spread;
    found_.push_back(std::move(subgroup));
    for (std::size_t p = 0; p < largest_z_.size(); ++p) {
      const std::uint64_t* shuffled = shuffled_.data() + p * cases.size();
      const double off = std::abs(static_cast<double>(CountCommonBits(cases, shuffled)) - expected);
      largest_z_[p] = std::max(largest_z_[p], off / spread);
      largest_divergence_[p] = std::max(largest_divergence_[p], off / own);
      largest_weighted_[p] = std::max(largest_weighted_[p], off / all);
    }
  }

  static double Mean(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
  }

  /// Interval, effect and p-value need the whole search.
  void Complete(Subgroup& subgroup, double pair_level) const {
    const auto [k, m] = subgroup.count;
    const std::int64_t rest_k = successes_ - k;
    const auto rest_m = static_cast<std::int64_t>(cases_) - m;
    // rate - rate of all = (1 - share) (rate - rate of the rest), and the share is given.
    const double outside = static_cast<double>(rest_m) / static_cast<double>(cases_);
    const stats::Interval against = stats::NewcombeDifference(k, m, rest_k, rest_m, pair_level);
    subgroup.interval = {outside * against.low, outside * against.high, options_.level,
                         "newcombe-bonferroni"};
    const auto angle = [](std::int64_t a, std::int64_t b) {
      return 2 * std::asin(std::sqrt(static_cast<double>(a) / static_cast<double>(b)));
    };
    subgroup.effect = angle(k, m) - angle(rest_k, rest_m);
    const double own = std::abs(subgroup.z) * (1 - 1e-12);
    const auto reached = sorted_z_.end() - std::ranges::lower_bound(sorted_z_, own);
    subgroup.p_adjusted = static_cast<double>(1 + reached) / static_cast<double>(1 + options_.permutations);
  }

  SearchResult Finish() {
    SearchResult result;
    result.all = {successes_, static_cast<std::int64_t>(cases_)};
    sorted_z_ = largest_z_;
    std::ranges::sort(sorted_z_);
    const double pair_level =
        1 - (1 - options_.level) / static_cast<double>(std::max<std::size_t>(1, found_.size()));
    for (Subgroup& subgroup : found_) {
      Complete(subgroup, pair_level);
      const double size = std::abs(subgroup.divergence);
      const double weight = static_cast<double>(subgroup.count.n) / static_cast<double>(cases_);
      result.divergence.observed = std::max(result.divergence.observed, size);
      result.weighted.observed = std::max(result.weighted.observed, weight * size);
    }
    result.divergence.expected_if_equal = Mean(largest_divergence_);
    result.weighted.expected_if_equal = Mean(largest_weighted_);
    std::ranges::sort(found_, [](const Subgroup& a, const Subgroup& b) {
      const double size_a = std::abs(a.divergence), size_b = std::abs(b.divergence);
      if (size_a != size_b) return size_a > size_b;
      if (a.items.size() != b.items.size()) return a.items.size() < b.items.size();
      return a.items < b.items;
    });
    result.subgroups = std::move(found_);
    for (std::size_t i = 0; i < result.subgroups.size(); ++i) {
      result.places.emplace(result.subgroups[i].items, i);
    }
    return result;
  }

  SearchOptions options_;
  std::size_t n_ = 0;
  std::size_t cases_ = 0;
  std::int64_t successes_ = 0;
  std::vector<std::size_t> order_;
  Bits case_mask_, outcome_, case_bits_;
  std::vector<std::uint64_t> shuffled_;  ///< [permutations, words of cases]
  std::vector<double> largest_z_, largest_divergence_, largest_weighted_, sorted_z_;
  std::vector<Frequent> items_;
  std::vector<Item> current_;
  std::vector<Bits> levels_;
  std::vector<Subgroup> found_;
};

}  // namespace

Result<SearchResult> SearchSubgroups(std::span<const GroupAttribute> attributes,
                                     std::span<const std::uint8_t> is_case,
                                     std::span<const std::uint8_t> success, const SearchOptions& options) {
  CUPEL_CHECK(is_case.size() == success.size());
  for (const GroupAttribute& attribute : attributes) {
    CUPEL_CHECK(attribute.group_of.size() == is_case.size());
  }
  if (!(options.min_support > 0 && options.min_support <= 1)) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("min_support must be in (0, 1], got {}", options.min_support));
  }
  if (options.min_cases < 1 || options.max_items < 1 || options.permutations < 1) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("min_cases, max_items and permutations must be at least 1, got {}, {} and {}",
                            options.min_cases, options.max_items, options.permutations));
  }
  return Search(attributes, is_case, success, options).Run();
}

const Subgroup* SearchResult::Find(const std::vector<Item>& items) const {
  const auto it = places.find(items);
  return it == places.end() ? nullptr : &subgroups[it->second];
}

}  // namespace cupel::algorithm::fairness
