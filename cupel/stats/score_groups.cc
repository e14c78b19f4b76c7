// SPDX-License-Identifier: Apache-2.0
#include "cupel/stats/score_groups.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "cupel/base/error.h"

namespace cupel::stats {
namespace {

constexpr int kDigitBits = 11;
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
constexpr int kPasses = 6;  // 6 * 11 bits hold 64.
constexpr std::size_t kSmall = 512;
constexpr int kBucketBits = 16;                // Of the first, coarse distribution of bare keys.
constexpr std::size_t kLargeBucket = 1 << 14;  // Beyond it a bucket is sorted digit by digit.
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

struct KeyedIndex {
  std::uint64_t key;
  std::uint32_t index;
};

std::uint64_t KeyOf(std::uint64_t key) { return key; }
std::uint64_t KeyOf(const KeyedIndex& item) { return item.key; }

std::size_t DigitOf(std::uint64_t key, int pass) { return (key >> (pass * kDigitBits)) & (kBuckets - 1); }

/// Stable. All histograms are taken in one reading.
template <typename Item>
void Sort(std::vector<Item>& items, std::vector<Item>& scratch) {
  if (items.size() < kSmall) {
    std::ranges::stable_sort(items, [](const Item& a, const Item& b) { return KeyOf(a) < KeyOf(b); });
    return;
  }
  scratch.resize(items.size());
  std::vector<std::array<std::size_t, kBuckets>> counts(kPasses);
  for (const Item& item : items) {
    for (int pass = 0; pass < kPasses; ++pass) {
      ++counts[static_cast<std::size_t>(pass)][DigitOf(KeyOf(item), pass)];
    }
  }
  for (int pass = 0; pass < kPasses; ++pass) {
    std::array<std::size_t, kBuckets>& starts = counts[static_cast<std::size_t>(pass)];
    if (starts[DigitOf(KeyOf(items.front()), pass)] == items.size()) continue;
    std::size_t next = 0;
    for (std::size_t& start : starts) next += std::exchange(start, next);
    for (const Item& item : items) scratch[starts[DigitOf(KeyOf(item), pass)]++] = item;
    items.swap(scratch);
  }
}

void CheckSize(std::size_t n) { CUPEL_CHECK(n < std::numeric_limits<std::uint32_t>::max()); }

/// Two sorted lists of keys, merged into groups.
std::vector<ScoreGroup> Merged(const std::vector<std::uint64_t>& positives,
                               const std::vector<std::uint64_t>& negatives) {
  std::vector<ScoreGroup> groups;
  groups.reserve(positives.size() + negatives.size());  // Pages that ties leave untouched cost nothing.
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < positives.size() || j < negatives.size()) {
    std::uint64_t key = std::numeric_limits<std::uint64_t>::max();
    if (i < positives.size()) key = positives[i];
    if (j < negatives.size()) key = std::min(key, negatives[j]);
    const std::size_t first_positive = i;
    const std::size_t first_negative = j;
    while (i < positives.size() && positives[i] == key) ++i;
    while (j < negatives.size() && negatives[j] == key) ++j;
    groups.push_back(
        {ScoreOfKey(key), static_cast<double>(i - first_positive), static_cast<double>(j - first_negative)});
  }
  return groups;
}

std::vector<ScoreGroup> Counted(std::span<const double> scores, std::span<const std::uint8_t> is_positive) {
  std::vector<std::uint64_t> positives;
  std::vector<std::uint64_t> negatives;
  std::size_t count = 0;
  for (const std::uint8_t positive : is_positive) count += positive != 0 ? 1 : 0;
  positives.reserve(count);
  negatives.reserve(scores.size() - count);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    (is_positive[i] != 0 ? positives : negatives).push_back(FallingKey(scores[i]));
  }
  std::vector<std::uint64_t> scratch;
  RadixSort(positives, scratch);
  RadixSort(negatives, scratch);
  std::vector<std::uint64_t>().swap(scratch);
  return Merged(positives, negatives);
}

}  // namespace

std::uint64_t FallingKey(double score) {
  const auto bits = std::bit_cast<std::uint64_t>(score + 0.0);  // -0 becomes 0.
  return (bits & kSign) != 0 ? bits : ~(bits | kSign);
}

double ScoreOfKey(std::uint64_t key) {
  return std::bit_cast<double>((key & kSign) != 0 ? key : (~key) & ~kSign);
}

void RadixSort(std::vector<std::uint64_t>& keys, std::vector<std::uint64_t>& scratch) {
  if (keys.size() < kSmall) return Sort(keys, scratch);
  const auto [least, most] = std::ranges::minmax(keys);
  const int bits = std::clamp(static_cast<int>(std::bit_width(keys.size())) - 6, 1, kBucketBits);
  const int shift = std::max(0, static_cast<int>(std::bit_width(most - least)) - bits);
  std::vector<std::size_t> ends(((most - least) >> shift) + 1);
  for (const std::uint64_t key : keys) ++ends[(key - least) >> shift];
  std::size_t next = 0;
  for (std::size_t& end : ends) next += std::exchange(end, next);
  scratch.resize(keys.size());
  for (const std::uint64_t key : keys) scratch[ends[(key - least) >> shift]++] = key;
  keys.swap(scratch);
  if (shift == 0) return;  // A bucket is one key.
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    const auto first = keys.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = keys.begin() + static_cast<std::ptrdiff_t>(end);
    if (end - begin <= kLargeBucket) {
      std::sort(first, last);
    } else {
      std::vector<std::uint64_t> bucket(first, last);
      std::vector<std::uint64_t> spare;
      Sort(bucket, spare);
      std::ranges::copy(bucket, first);
    }
    begin = end;
  }
}

std::vector<std::uint32_t> FallingOrder(std::span<const double> scores) {
  CheckSize(scores.size());
  std::vector<KeyedIndex> items(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    items[i] = {FallingKey(scores[i]), static_cast<std::uint32_t>(i)};
  }
  std::vector<KeyedIndex> scratch;
  Sort(items, scratch);
  std::vector<std::uint32_t> order(items.size());
  std::ranges::transform(items, order.begin(), &KeyedIndex::index);
  return order;
}

std::vector<ScoreGroup> GroupScores(std::span<const double> scores, std::span<const std::uint8_t> is_positive,
                                    std::span<const double> weights) {
  CheckSize(scores.size());
  CUPEL_CHECK(is_positive.size() == scores.size());
  CUPEL_CHECK(weights.empty() || weights.size() == scores.size());
  if (weights.empty()) return Counted(scores, is_positive);
  std::vector<ScoreGroup> groups;
  for (const std::uint32_t i : FallingOrder(scores)) {
    if (weights[i] == 0) continue;
    if (groups.empty() || groups.back().score != scores[i]) groups.push_back({scores[i] + 0.0, 0, 0});
    (is_positive[i] != 0 ? groups.back().positive : groups.back().negative) += weights[i];
  }
  return groups;
}

}  // namespace cupel::stats
