// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/object_hausdorff.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "cupel/algorithm/segmentation/surface.h"

namespace cupel::algorithm::segmentation {
namespace {

struct Pixel {
  std::int64_t y = 0;
  std::int64_t x = 0;
};

/// An object and the smallest rectangle around it.
struct Shape {
  std::vector<Pixel> pixels;
  Pixel low = {std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max()};
  Pixel high = {-1, -1};
};

/// By label.
using Shapes = std::map<std::int32_t, Shape>;

Shapes ShapesOf(const LabelMap& map, std::int32_t background) {
  Shapes shapes;
  for (std::int64_t y = 0; y < map.height; ++y) {
    for (std::int64_t x = 0; x < map.width; ++x) {
      const std::int32_t label = map.labels[static_cast<std::size_t>(y * map.width + x)];
      if (label == background) continue;
      Shape& shape = shapes[label];
      shape.pixels.push_back({y, x});
      shape.low = {std::min(shape.low.y, y), std::min(shape.low.x, x)};
      shape.high = {std::max(shape.high.y, y), std::max(shape.high.x, x)};
    }
  }
  return shapes;
}

/// The largest distance of a pixel of `from` to the nearest of `to`, squared.
double DirectedSquared(const Shape& from, const Shape& to) {
  const Pixel low = {std::min(from.low.y, to.low.y), std::min(from.low.x, to.low.x)};
  Grid grid;
  grid.height = std::max(from.high.y, to.high.y) - low.y + 1;
  grid.width = std::max(from.high.x, to.high.x) - low.x + 1;
  grid.set.assign(static_cast<std::size_t>(grid.height * grid.width), 0);
  const auto place = [&](const Pixel& pixel) {
    return static_cast<std::size_t>((pixel.y - low.y) * grid.width + pixel.x - low.x);
  };
  for (const Pixel& pixel : to.pixels) grid.set[place(pixel)] = 1;
  const std::vector<double> squared = SquaredDistances(grid, Spacing{});
  double largest = 0;
  for (const Pixel& pixel : from.pixels) largest = std::max(largest, squared[place(pixel)]);
  return largest;
}

double ShapeDistance(const Shape& a, const Shape& b) {
  return std::sqrt(std::max(DirectedSquared(a, b), DirectedSquared(b, a)));
}

/// The label of `other` that shares most pixels with the shape; the background when none does.
std::int32_t PartnerOf(const Shape& shape, const LabelMap& other, std::int32_t background) {
  std::map<std::int32_t, std::int64_t> shared;
  for (const Pixel& pixel : shape.pixels) {
    ++shared[other.labels[static_cast<std::size_t>(pixel.y * other.width + pixel.x)]];
  }
  shared.erase(background);
  if (shared.empty()) return background;
  const auto most = std::ranges::max_element(shared, {}, [](const auto& entry) { return entry.second; });
  return most->first;
}

/// The share of area times the distance, over the objects of one side.
double WeightedDistance(const Shapes& shapes, const Shapes& others, const LabelMap& other,
                        std::int32_t background) {
  double area = 0;
  for (const auto& [label, shape] : shapes) area += static_cast<double>(shape.pixels.size());
  double sum = 0;
  for (const auto& [label, shape] : shapes) {
    const std::int32_t partner = PartnerOf(shape, other, background);
    double distance = std::numeric_limits<double>::infinity();
    if (partner != background) {
      distance = ShapeDistance(shape, others.at(partner));
    } else {
      for (const auto& [unused, candidate] : others) {
        distance = std::min(distance, ShapeDistance(shape, candidate));
      }
    }
    sum += static_cast<double>(shape.pixels.size()) / area * distance;
  }
  return sum;
}

}  // namespace

std::optional<double> ObjectHausdorff(const LabelPair& pair, std::int32_t background) {
  const Shapes truth = ShapesOf(pair.truth, background);
  const Shapes answer = ShapesOf(pair.answer, background);
  if (truth.empty() || answer.empty()) return std::nullopt;
  return (WeightedDistance(truth, answer, pair.answer, background) +
          WeightedDistance(answer, truth, pair.truth, background)) /
         2;
}

}  // namespace cupel::algorithm::segmentation
