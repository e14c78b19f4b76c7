// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Linear forms over one value of a network: the rows that CROWN's backward pass carries.
///
/// A value of one sample is seen as a plane of channels x height x width, row-major; what is no picture has
/// one position. A form is zero outside its window, a rectangle of positions: a neuron of a convolution
/// depends on few of them, and work and memory follow the window, not the picture.

#include <cstdint>
#include <span>
#include <vector>

namespace cupel::algorithm::certify {

struct Plane {
  std::int64_t channels = 1;
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t Count() const { return channels * height * width; }
  bool operator==(const Plane&) const = default;
};

/// Positions [top, top + height) x [left, left + width); may be empty.
struct Window {
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t Count() const { return height * width; }
  bool operator==(const Window&) const = default;
};

inline Window WholeOf(const Plane& plane) { return {0, 0, plane.height, plane.width}; }
/// The smallest window that holds both. An empty one adds nothing.
Window Union(const Window& a, const Window& b);

/// Coefficients [rows, channels, window.height, window.width].
struct LinearForms {
  std::int64_t rows = 0;
  Plane plane;
  Window window;
  std::vector<double> values;

  LinearForms() = default;
  /// All zero.
  LinearForms(std::int64_t row_count, const Plane& of, const Window& where);

  std::int64_t RowSize() const { return plane.channels * window.Count(); }
  std::span<double> Row(std::int64_t row);
  std::span<const double> Row(std::int64_t row) const;

  /// The same forms with a larger window. Precondition: `larger` holds the window.
  LinearForms Widened(const Window& larger) const;
  /// Adds forms over the same plane; the window becomes the union. Each sum rounds once.
  void Add(const LinearForms& other);
};

/// Calls visit(place in the value, place in the row) for every run of `width` neighbours of the window:
/// visit(value_begin, row_begin, width).
template <typename Visit>
void ForEachRun(const Plane& plane, const Window& window, Visit visit) {
  std::int64_t row_begin = 0;
  for (std::int64_t channel = 0; channel < plane.channels; ++channel) {
    for (std::int64_t y = window.top; y < window.top + window.height; ++y) {
      visit((channel * plane.height + y) * plane.width + window.left, row_begin, window.width);
      row_begin += window.width;
    }
  }
}

}  // namespace cupel::algorithm::certify
