// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/conformance/compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

namespace cupel::algorithm::conformance {
namespace {

using graph::DataType;
using graph::TensorValue;

bool IsFloating(DataType type) {
  return type == DataType::kFloat16 || type == DataType::kBfloat16 || type == DataType::kFloat32 ||
         type == DataType::kFloat64;
}

bool Agree(double expected, double found, const Tolerance& tolerance) {
  if (std::isnan(expected) || std::isnan(found)) return std::isnan(expected) && std::isnan(found);
  if (std::isinf(expected) || std::isinf(found)) return expected == found;
  return std::abs(found - expected) <= tolerance.absolute + tolerance.relative * std::abs(expected);
}

// The position of a flat index in a shape: [1, 0, 3].
std::string Position(std::size_t flat, const graph::Shape& shape) {
  std::vector<std::int64_t> position(shape.size());
  auto rest = static_cast<std::int64_t>(flat);
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    position[axis] = rest % shape[axis];
    rest /= shape[axis];
  }
  return fmt::format("[{}]", fmt::join(position, ", "));
}

std::optional<std::string> DifferenceOfForm(std::size_t output, const TensorValue& expected,
                                            const TensorValue& found) {
  if (expected.type != found.type) {
    return fmt::format("output {}: expected type {}, got {}", output, graph::DataTypeName(expected.type),
                       graph::DataTypeName(found.type));
  }
  if (expected.shape != found.shape) {
    return fmt::format("output {}: expected shape [{}], got [{}]", output, fmt::join(expected.shape, ", "),
                       fmt::join(found.shape, ", "));
  }
  return std::nullopt;
}

template <typename T>
std::string Values(std::size_t output, std::size_t i, const graph::Shape& shape, T expected, T found) {
  return fmt::format("output {} at {}: expected {}, got {}", output, Position(i, shape), expected, found);
}

std::optional<std::string> DifferenceOfValues(std::size_t output, const TensorValue& expected,
                                              const TensorValue& found, const Tolerance& tolerance) {
  if (IsFloating(expected.type)) {
    const std::vector<double> e = expected.AsDoubles();
    const std::vector<double> f = found.AsDoubles();
    for (std::size_t i = 0; i < e.size(); ++i) {
      if (i >= f.size() || !Agree(e[i], f[i], tolerance))
        return Values(output, i, expected.shape, e[i], i < f.size() ? f[i] : NAN);
    }
    return std::nullopt;
  }
  if (expected.strings != found.strings) return fmt::format("output {}: the strings differ", output);
  const Bytes none;
  const Bytes& e = expected.bytes ? *expected.bytes : none;
  const Bytes& f = found.bytes ? *found.bytes : none;
  if (e == f) return std::nullopt;
  const std::vector<std::int64_t> expected_values = expected.AsInt64s();
  const std::vector<std::int64_t> found_values = found.AsInt64s();
  for (std::size_t i = 0; i < std::min(expected_values.size(), found_values.size()); ++i) {
    if (expected_values[i] != found_values[i])
      return Values(output, i, expected.shape, expected_values[i], found_values[i]);
  }
  return fmt::format("output {}: the bytes differ", output);
}

}  // namespace

std::optional<std::string> FirstDifferenceOfForm(std::span<const TensorValue> expected,
                                                 std::span<const TensorValue> found) {
  if (expected.size() != found.size())
    return fmt::format("expected {} outputs, got {}", expected.size(), found.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (auto difference = DifferenceOfForm(i, expected[i], found[i])) return difference;
  }
  return std::nullopt;
}

std::optional<std::string> FirstDifference(std::span<const TensorValue> expected,
                                           std::span<const TensorValue> found, const Tolerance& tolerance) {
  if (auto difference = FirstDifferenceOfForm(expected, found)) return difference;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (auto difference = DifferenceOfValues(i, expected[i], found[i], tolerance)) return difference;
  }
  return std::nullopt;
}

}  // namespace cupel::algorithm::conformance
