// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The windows of the Square attack: how large, where, and how they are filled in L2.

#include <cstdint>
#include <span>
#include <vector>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::inspect {

/// Share of the features that the window of an iteration covers: p_init, halved at iterations 11, 51, 201,
/// 501, 1001, 2001, 4001, 6001 and 8001. iteration: from 0.
double SquareShare(double p_init, std::int64_t iteration);

/// The same schedule rescaled so that `queries` iterations use all of it.
double RescaledSquareShare(double p_init, std::int64_t iteration, std::int64_t queries);

/// One channel of a sample: an image plane of height x width or, with height 0, a table of `width` features.
struct Plane {
  std::int64_t height = 0;
  std::int64_t width = 0;

  bool table() const { return height == 0; }
  std::int64_t cells() const { return table() ? width : height * width; }
};

/// Places of one channel that change together.
struct Window {
  std::int64_t side = 0;           ///< Of a square; 0 in a table.
  std::vector<std::size_t> cells;  ///< Offsets in the channel, row by row.
};

enum class WindowRule {
  kAny,  ///< Linf: at least 1 x 1.
  kOdd,  ///< L2: at least 3 x 3, odd where the plane has room.
};

/// Side of the square that covers `share` of the plane, within the plane. Precondition: not a table.
std::int64_t SquareSide(const Plane& plane, double share, WindowRule rule);

/// Draws a window that covers `share` of the plane: a square anywhere in an image; in a table, a set of
/// features (at least one; at least two under kOdd where there are as many).
void DrawWindow(const Plane& plane, double share, WindowRule rule, ReproducibleStream& stream,
                Window& window);

/// Two bumps of opposite sign, one above the other: concentric squares that grow towards a centre, unit in
/// L2. Returns [side * side], row by row. side >= 1.
std::vector<double> TwoBumps(std::int64_t side);

/// Fills `pattern` for a window, unit in L2: TwoBumps, transposed half of the time; in a table, signs.
void DrawPattern(const Window& window, ReproducibleStream& stream, std::vector<double>& pattern);

/// -1 or 1.
int DrawSign(ReproducibleStream& stream);

}  // namespace cupel::algorithm::inspect
