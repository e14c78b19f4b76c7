// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/instances.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "cupel/base/assignment.h"

namespace cupel::algorithm::segmentation {
namespace {

using Shared = Contingency::Shared;

constexpr double kPairingEpsilon = 1e-6;  // hover_net: iou = intersection / (union + 1e-6)

std::size_t PlaceOf(const std::vector<std::int32_t>& labels, std::int32_t label) {
  return static_cast<std::size_t>(std::ranges::lower_bound(labels, label) - labels.begin());
}

/// Rising labels of the keys (high or low half), with the pixels of each.
void SumSide(const std::vector<std::pair<std::uint64_t, std::int64_t>>& cells, int shift,
             std::vector<std::int32_t>& labels, std::vector<std::int64_t>& pixels) {
  const auto label_of = [shift](const auto& cell) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(cell.first >> shift));
  };
  for (const auto& cell : cells) labels.push_back(label_of(cell));
  std::ranges::sort(labels);
  labels.erase(std::ranges::unique(labels).begin(), labels.end());
  pixels.assign(labels.size(), 0);
  for (const auto& cell : cells) pixels[PlaceOf(labels, label_of(cell))] += cell.second;
}

/// The shared areas of objects only.
std::vector<Shared> ObjectsShared(const Contingency& counts, std::int32_t background) {
  std::vector<Shared> objects;
  for (const Shared& shared : counts.shared) {
    if (counts.truth_labels[shared.truth] != background &&
        counts.answer_labels[shared.answer] != background) {
      objects.push_back(shared);
    }
  }
  return objects;
}

double UnionOf(const Contingency& counts, const Shared& shared) {
  return static_cast<double>(counts.truth_pixels[shared.truth] + counts.answer_pixels[shared.answer] -
                             shared.pixels);
}

double PairingIou(const Contingency& counts, const Shared& shared) {
  return static_cast<double>(shared.pixels) / (UnionOf(counts, shared) + kPairingEpsilon);
}

/// For each true object the pair of largest IoU.
std::vector<Shared> LargestPairs(const Contingency& counts, const std::vector<Shared>& objects) {
  std::vector<Shared> pairs;
  for (const Shared& shared : objects) {
    if (pairs.empty() || pairs.back().truth != shared.truth) {
      pairs.push_back(shared);
    } else if (PairingIou(counts, shared) > PairingIou(counts, pairs.back())) {
      pairs.back() = shared;
    }
  }
  return pairs;
}

/// The background stays in as a row and a column without score, so that places need not be renumbered.
std::vector<Shared> OneToOnePairs(const Contingency& counts, const std::vector<Shared>& objects) {
  const std::size_t rows = counts.truth_labels.size();
  const std::size_t columns = counts.answer_labels.size();
  std::vector<double> scores(rows * columns, 0);
  for (const Shared& shared : objects) {
    scores[shared.truth * columns + shared.answer] = PairingIou(counts, shared);
  }
  Assigner assigner;
  const auto assigned =
      assigner.Maximize(scores, static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns));
  std::vector<Shared> pairs;
  for (const Shared& shared : objects) {
    if (assigned[shared.truth] == static_cast<std::int32_t>(shared.answer)) pairs.push_back(shared);
  }
  return pairs;
}

/// Sum over the objects of one side of area times Dice with the partner that shares most, over that area.
template <typename SideOf>
double WeightedDice(const Contingency& counts, std::vector<Shared> objects,
                    const std::vector<std::int64_t>& pixels, std::int64_t area, SideOf side_of) {
  std::ranges::stable_sort(objects, {}, side_of);
  double sum = 0;
  for (std::size_t begin = 0; begin < objects.size();) {
    std::size_t best = begin, end = begin + 1;
    for (; end < objects.size() && side_of(objects[end]) == side_of(objects[begin]); ++end) {
      if (objects[end].pixels > objects[best].pixels) best = end;
    }
    const Shared& pair = objects[best];
    const double dice =
        2 * static_cast<double>(pair.pixels) /
        static_cast<double>(counts.truth_pixels[pair.truth] + counts.answer_pixels[pair.answer]);
    sum += static_cast<double>(pixels[side_of(pair)]) / static_cast<double>(area) * dice;
    begin = end;
  }
  return sum;
}

std::int64_t ObjectArea(const std::vector<std::int32_t>& labels, const std::vector<std::int64_t>& pixels,
                        std::int32_t background) {
  std::int64_t area = 0;
  for (std::size_t k = 0; k < labels.size(); ++k) area += labels[k] == background ? 0 : pixels[k];
  return area;
}

}  // namespace

Contingency CountShared(const LabelPair& pair) {
  std::unordered_map<std::uint64_t, std::int64_t> counted;
  std::uint64_t last = 0;
  std::int64_t run = 0;
  for (std::size_t k = 0; k < pair.truth.size(); ++k) {
    const std::uint64_t key = std::uint64_t{static_cast<std::uint32_t>(pair.truth.labels[k])} << 32 |
                              static_cast<std::uint32_t>(pair.answer.labels[k]);
    if (key != last && run > 0) {
      counted[last] += run;
      run = 0;
    }
    last = key;
    ++run;
  }
  if (run > 0) counted[last] += run;
  const std::vector<std::pair<std::uint64_t, std::int64_t>> cells(counted.begin(), counted.end());
  Contingency counts;
  SumSide(cells, 32, counts.truth_labels, counts.truth_pixels);
  SumSide(cells, 0, counts.answer_labels, counts.answer_pixels);
  for (const auto& [key, pixels] : cells) {
    const auto truth = static_cast<std::int32_t>(static_cast<std::uint32_t>(key >> 32));
    const auto answer = static_cast<std::int32_t>(static_cast<std::uint32_t>(key));
    counts.shared.push_back(
        {PlaceOf(counts.truth_labels, truth), PlaceOf(counts.answer_labels, answer), pixels});
  }
  std::ranges::sort(counts.shared, {}, [](const Shared& s) { return std::pair(s.truth, s.answer); });
  return counts;
}

AjiSums SumAji(const Contingency& counts, std::int32_t background, AjiPairing pairing) {
  const std::vector<Shared> objects = ObjectsShared(counts, background);
  const std::vector<Shared> pairs =
      pairing == AjiPairing::kLargest ? LargestPairs(counts, objects) : OneToOnePairs(counts, objects);
  std::vector<bool> truth_paired(counts.truth_labels.size(), false);
  std::vector<bool> answer_paired(counts.answer_labels.size(), false);
  AjiSums sums;
  for (const Shared& pair : pairs) {
    sums.intersection += static_cast<double>(pair.pixels);
    sums.together += UnionOf(counts, pair);
    truth_paired[pair.truth] = true;
    answer_paired[pair.answer] = true;
  }
  for (std::size_t k = 0; k < truth_paired.size(); ++k) {
    if (!truth_paired[k] && counts.truth_labels[k] != background) {
      sums.together += static_cast<double>(counts.truth_pixels[k]);
    }
  }
  for (std::size_t k = 0; k < answer_paired.size(); ++k) {
    if (!answer_paired[k] && counts.answer_labels[k] != background) {
      sums.together += static_cast<double>(counts.answer_pixels[k]);
    }
  }
  return sums;
}

std::optional<double> ObjectDice(const Contingency& counts, std::int32_t background) {
  const std::int64_t truth_area = ObjectArea(counts.truth_labels, counts.truth_pixels, background);
  const std::int64_t answer_area = ObjectArea(counts.answer_labels, counts.answer_pixels, background);
  if (truth_area == 0 && answer_area == 0) return std::nullopt;
  if (truth_area == 0 || answer_area == 0) return 0;
  const std::vector<Shared> objects = ObjectsShared(counts, background);
  const double truth = WeightedDice(counts, objects, counts.truth_pixels, truth_area,
                                    [](const Shared& shared) { return shared.truth; });
  const double answer = WeightedDice(counts, objects, counts.answer_pixels, answer_area,
                                     [](const Shared& shared) { return shared.answer; });
  return (truth + answer) / 2;
}

}  // namespace cupel::algorithm::segmentation
