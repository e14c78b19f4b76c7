// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/draw.h"

#include <algorithm>

#include "cupel/base/reproducible_stream.h"

namespace cupel::data::dataset {
namespace {

std::vector<std::int64_t> Where(const Dataset& data, std::int32_t label, bool equal) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    if ((data.labels()[static_cast<std::size_t>(i)] == label) == equal) indices.push_back(i);
  }
  return indices;
}

}  // namespace

std::vector<std::int64_t> DrawSamples(const Dataset& data, std::span<const std::int64_t> candidates,
                                      std::int64_t count, std::uint64_t seed, std::string_view name) {
  struct Drawn {
    std::uint64_t number;
    std::int64_t original;
    std::int64_t index;
    auto operator<=>(const Drawn&) const = default;
  };
  std::vector<Drawn> drawn;
  drawn.reserve(candidates.size());
  for (const std::int64_t index : candidates) {
    const std::int64_t original = data.OriginalIndex(index);
    ReproducibleStream stream(seed, name, static_cast<std::uint64_t>(original));
    drawn.push_back({stream.Next64(), original, index});
  }
  std::ranges::sort(drawn);
  if (static_cast<std::int64_t>(drawn.size()) > count) drawn.resize(static_cast<std::size_t>(count));
  std::vector<std::int64_t> indices;
  for (const Drawn& one : drawn) indices.push_back(one.index);
  return indices;
}

std::vector<std::int64_t> SamplesOf(const Dataset& data, std::int32_t label) {
  return Where(data, label, true);
}

std::vector<std::int64_t> SamplesNotOf(const Dataset& data, std::int32_t label) {
  return Where(data, label, false);
}

}  // namespace cupel::data::dataset
