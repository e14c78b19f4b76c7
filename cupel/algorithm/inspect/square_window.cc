// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/square_window.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "cupel/base/error.h"

namespace cupel::algorithm::inspect {
namespace {

// A set of `size` cells of 0 .. n-1, in random order (the first steps of a Fisher-Yates shuffle).
void DrawSubset(std::int64_t n, std::int64_t size, ReproducibleStream& stream,
                std::vector<std::size_t>& cells) {
  cells.resize(static_cast<std::size_t>(n));
  std::iota(cells.begin(), cells.end(), std::size_t{0});
  for (std::size_t i = 0; i < static_cast<std::size_t>(size); ++i)
    std::swap(cells[i], cells[i + stream.Below(cells.size() - i)]);
  cells.resize(static_cast<std::size_t>(size));
}

void Normalise(std::span<double> values) {
  double squares = 0;
  for (double value : values) squares += value * value;
  const double length = std::sqrt(squares);
  for (double& value : values) value /= length;
}

// One bump in a rectangle: squares around its middle, the k-th of side 2 k - 1 adding 1 / k^2; unit in L2.
std::vector<double> Bump(std::int64_t rows, std::int64_t columns) {
  std::vector<double> bump(static_cast<std::size_t>(rows * columns), 0.0);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      const std::int64_t ring = std::max(std::abs(row - rows / 2), std::abs(column - columns / 2));
      for (std::int64_t k = ring + 1; k <= std::max(rows, columns) / 2 + 1; ++k)
        bump[static_cast<std::size_t>(row * columns + column)] += 1.0 / static_cast<double>(k * k);
    }
  }
  Normalise(bump);
  return bump;
}

}  // namespace

double SquareShare(double p_init, std::int64_t iteration) {
  static constexpr std::array<std::int64_t, 9> last_of_stage = {10,   50,   200,  500, 1000,
                                                                2000, 4000, 6000, 8000};
  const auto halvings = std::lower_bound(last_of_stage.begin(), last_of_stage.end(), iteration);
  return std::ldexp(p_init, -static_cast<int>(halvings - last_of_stage.begin()));
}

double RescaledSquareShare(double p_init, std::int64_t iteration, std::int64_t queries) {
  return SquareShare(p_init, iteration * 10000 / queries);
}

std::int64_t SquareSide(const Plane& plane, double share, WindowRule rule) {
  CUPEL_CHECK(!plane.table());
  const std::int64_t room = std::min(plane.height, plane.width);
  const auto wanted = static_cast<std::int64_t>(std::nearbyint(std::sqrt(share * double(plane.cells()))));
  if (rule == WindowRule::kAny) return std::clamp<std::int64_t>(wanted, 1, room);
  const std::int64_t odd = std::max<std::int64_t>(wanted, 3) | 1;
  return std::min(odd, room);
}

void DrawWindow(const Plane& plane, double share, WindowRule rule, ReproducibleStream& stream,
                Window& window) {
  if (plane.table()) {
    const std::int64_t least = std::min<std::int64_t>(rule == WindowRule::kOdd ? 2 : 1, plane.width);
    const auto wanted = static_cast<std::int64_t>(std::nearbyint(share * double(plane.width)));
    window.side = 0;
    DrawSubset(plane.width, std::clamp(wanted, least, plane.width), stream, window.cells);
    return;
  }
  window.side = SquareSide(plane, share, rule);
  const auto top = stream.Below(static_cast<std::uint64_t>(plane.height - window.side + 1));
  const auto left = stream.Below(static_cast<std::uint64_t>(plane.width - window.side + 1));
  const auto side = static_cast<std::size_t>(window.side);
  window.cells.clear();
  for (std::size_t row = top; row < top + side; ++row) {
    for (std::size_t column = left; column < left + side; ++column)
      window.cells.push_back(row * static_cast<std::size_t>(plane.width) + column);
  }
}

std::vector<double> TwoBumps(std::int64_t side) {
  CUPEL_CHECK(side >= 1);
  std::vector<double> bumps = Bump(side / 2, side);
  for (double value : Bump(side - side / 2, side)) bumps.push_back(-value);
  Normalise(bumps);
  return bumps;
}

void DrawPattern(const Window& window, ReproducibleStream& stream, std::vector<double>& pattern) {
  if (window.side == 0) {
    pattern.resize(window.cells.size());
    for (double& value : pattern) value = DrawSign(stream) / std::sqrt(double(pattern.size()));
    return;
  }
  const std::vector<double> bumps = TwoBumps(window.side);
  pattern = bumps;
  if (DrawSign(stream) < 0) return;
  const auto side = static_cast<std::size_t>(window.side);
  for (std::size_t row = 0; row < side; ++row) {
    for (std::size_t column = 0; column < side; ++column)
      pattern[row * side + column] = bumps[column * side + row];
  }
}

int DrawSign(ReproducibleStream& stream) { return (stream.Next32() & 1U) != 0 ? 1 : -1; }

}  // namespace cupel::algorithm::inspect
