// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/lines.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace cupel::data::annotation {

Lines::Lines(std::string_view text, std::string file_name) : rest_(text), file_name_(std::move(file_name)) {
  if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);
}

bool Lines::Next() {
  line_ = {};
  if (rest_.empty()) return false;
  const std::size_t end = rest_.find('\n');
  line_ = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  if (line_.ends_with('\r')) line_.remove_suffix(1);
  ++number_;
  return true;
}

std::string Lines::Place() const { return fmt::format("{}:{}", file_name_, number_); }

Result<double> ParseReal(std::string_view text, std::string_view what, const std::string& place) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("{} must be a finite number, got \"{}\"", what, text.substr(0, 40)), place);
  }
  return value;
}

}  // namespace cupel::data::annotation
