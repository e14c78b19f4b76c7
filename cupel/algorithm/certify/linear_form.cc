// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/linear_form.h"

#include <algorithm>

#include "cupel/base/error.h"

namespace cupel::algorithm::certify {

Window Union(const Window& a, const Window& b) {
  if (a.Count() == 0) return b;
  if (b.Count() == 0) return a;
  const std::int64_t top = std::min(a.top, b.top), left = std::min(a.left, b.left);
  return {top, left, std::max(a.top + a.height, b.top + b.height) - top,
          std::max(a.left + a.width, b.left + b.width) - left};
}

LinearForms::LinearForms(std::int64_t row_count, const Plane& of, const Window& where)
    : rows(row_count), plane(of), window(where) {
  values.resize(static_cast<std::size_t>(rows * RowSize()));
}

std::span<double> LinearForms::Row(std::int64_t row) {
  const auto size = static_cast<std::size_t>(RowSize());
  return std::span(values).subspan(static_cast<std::size_t>(row) * size, size);
}

std::span<const double> LinearForms::Row(std::int64_t row) const {
  const auto size = static_cast<std::size_t>(RowSize());
  return std::span(values).subspan(static_cast<std::size_t>(row) * size, size);
}

LinearForms LinearForms::Widened(const Window& larger) const {
  if (larger == window) return *this;
  LinearForms wide(rows, plane, larger);
  if (window.Count() == 0) return wide;
  CUPEL_CHECK(Union(larger, window) == larger);
  const double* from = values.data();
  for (std::int64_t block = 0; block < rows * plane.channels; ++block) {
    double* to = wide.values.data() + block * larger.Count() + (window.top - larger.top) * larger.width +
                 (window.left - larger.left);
    for (std::int64_t y = 0; y < window.height; ++y, from += window.width, to += larger.width) {
      std::copy_n(from, window.width, to);
    }
  }
  return wide;
}

void LinearForms::Add(const LinearForms& other) {
  CUPEL_CHECK(rows == other.rows && plane == other.plane);
  const Window both = Union(window, other.window);
  *this = Widened(both);
  const LinearForms more = other.Widened(both);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += more.values[i];
}

}  // namespace cupel::algorithm::certify
