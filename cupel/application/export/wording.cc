// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/export/wording.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace cupel::application::exporting {

using algorithm::check::Metric;
using algorithm::check::Verdict;

Status CheckNumbers(const Json& json) {
  constexpr std::int64_t kLargest = std::int64_t{1} << 53;
  if (json.IsInteger() && (json.AsInteger() > kLargest || json.AsInteger() < -kLargest)) {
    return Fail(ErrorCode::kCorrupt, fmt::format("the integer {} is beyond 2^53", json.AsInteger()));
  }
  if (json.IsArray()) {
    for (const Json& item : json.AsArray()) CUPEL_TRY_STATUS(CheckNumbers(item));
  }
  if (json.IsObject()) {
    for (const auto& [member, value] : json.AsObject()) CUPEL_TRY_STATUS(CheckNumbers(value));
  }
  return {};
}

std::string Shown(const Json& value) {
  if (value.IsString()) return value.AsString();
  return value.IsInteger() ? std::to_string(value.AsInteger()) : "";
}

const Json::Array& ItemsOf(const Json* value) {
  static const Json::Array none;
  return value != nullptr && value->IsArray() ? value->AsArray() : none;
}

std::string SliceOf(const CheckRecord& check, const RunRecord& record) {
  const std::string data = Shown(record.frozen["inputs"]["data"]["name"]);
  return fmt::format("{}, {} of {}", check.id(), check.run.subset.ToString(),
                     data.empty() ? record.subject_name : data);
}

std::string MetricText(const Metric& metric) {
  if (!std::isfinite(metric.value)) return fmt::format("{}: not measured", metric.name);
  std::string text = fmt::format("{} = {:.6g}", metric.name, metric.value);
  if (metric.interval) text += fmt::format(" [{:.6g}, {:.6g}]", metric.interval->low, metric.interval->high);
  return text + fmt::format(", n = {}", metric.n);
}

std::string ArchitectureText(const RunRecord& record) {
  std::vector<std::string> parts;
  for (const Json& item : ItemsOf(record.Fact("model", "operators")))
    parts.push_back(fmt::format("{} {}", Shown(item["name"]), Shown(item["count"])));
  return parts.empty() ? "" : fmt::format("ONNX graph: {}", fmt::join(parts, ", "));
}

std::vector<std::string> PortTexts(const RunRecord& record, std::string_view ports) {
  std::vector<std::string> texts;
  for (const Json& port : ItemsOf(record.Fact("model", ports))) {
    std::vector<std::string> shape;
    for (const Json& dimension : ItemsOf(port.Find("shape"))) shape.push_back(Shown(dimension));
    texts.push_back(
        fmt::format("{} {} [{}]", Shown(port["name"]), Shown(port["type"]), fmt::join(shape, ", ")));
  }
  return texts;
}

std::vector<std::string> Limitations(const RunRecord& record) {
  std::vector<std::string> texts;
  for (const CheckRecord& check : record.checks) {
    if (!check.run.not_run_reason.empty())
      texts.push_back(fmt::format("{} was not run: {}", check.id(), check.run.not_run_reason));
    for (const auto& outcome : check.run.outcomes) {
      if (outcome.verdict == Verdict::kPass) continue;
      texts.push_back(fmt::format("{}: {}: {}: {}", check.id(), VerdictName(outcome.verdict),
                                  outcome.requirement.text, outcome.reason));
    }
    for (const auto& note : check.run.result.notes)
      texts.push_back(fmt::format("{}: {}", check.id(), note.en));
  }
  return texts;
}

std::string UuidOf(const Digest& digest) {
  std::array<std::uint8_t, 16> bytes{};
  std::copy_n(digest.bytes.begin(), bytes.size(), bytes.begin());
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x80);  // version 8: by a rule of one's own
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);  // variant of RFC 9562
  const std::string hex = ToHex(bytes);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

}  // namespace cupel::application::exporting
