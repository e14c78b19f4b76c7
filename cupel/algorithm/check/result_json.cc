// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/check/result_json.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace cupel::algorithm::check {
namespace {

Json ExactNumber(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  if (value == 0 && std::signbit(value)) return "-0";
  return value;
}

Result<double> ExactNumberAt(const Json& object, std::string_view member) {
  const Json* found = object.Find(member);
  if (found != nullptr && found->IsString()) {
    const std::string& text = found->AsString();
    if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (text == "inf") return std::numeric_limits<double>::infinity();
    if (text == "-inf") return -std::numeric_limits<double>::infinity();
    if (text == "-0") return -0.0;
  }
  return object.NumberAt(member);
}

/// Applies `read` to every element of the array `member`; the error's place is member[i].
template <typename T, typename Read>
Result<std::vector<T>> ReadEach(const Json& object, std::string_view member, const Read& read) {
  CUPEL_TRY(const Json* array, object.ArrayAt(member));
  std::vector<T> values;
  for (std::size_t i = 0; i < array->AsArray().size(); ++i) {
    Result<T> value = read(array->AsArray()[i]);
    if (!value) return FailAt(fmt::format("{}[{}]", member, i), std::move(value).error());
    values.push_back(*std::move(value));
  }
  return values;
}

Json ToJson(const Artifact& artifact, ArtifactBytes bytes) {
  Json json;
  json["name"] = artifact.name;
  json["extension"] = artifact.extension;
  json["mediaType"] = artifact.media_type;
  json["size"] = artifact.bytes.size();
  if (bytes == ArtifactBytes::kInline) json["base64"] = ToBase64(artifact.bytes);
  return json;
}

Result<Artifact> ArtifactFromJson(const Json& json) {
  Artifact artifact;
  CUPEL_TRY(artifact.name, json.StringAt("name"));
  CUPEL_TRY(artifact.extension, json.StringAt("extension"));
  CUPEL_TRY(artifact.media_type, json.StringAt("mediaType"));
  if (json.Find("base64") == nullptr) return artifact;
  CUPEL_TRY(const std::string base64, json.StringAt("base64"));
  CUPEL_TRY(artifact.bytes, FromBase64(base64));
  CUPEL_TRY(const std::int64_t size, json.IntegerAt("size"));
  if (size != static_cast<std::int64_t>(artifact.bytes.size())) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the artifact has {} bytes, expected {}", artifact.bytes.size(), size),
                artifact.name);
  }
  return artifact;
}

template <typename T>
Json EachToJson(const std::vector<T>& values) {
  Json::Array array;
  for (const T& value : values) array.push_back(ToJson(value));
  return array;
}

}  // namespace

Json ToJson(const Text& text) {
  Json json;
  json["en"] = text.en;
  json["zh"] = text.zh;
  return json;
}

Json ToJson(const stats::Interval& interval) {
  Json json;
  json["low"] = ExactNumber(interval.low);
  json["high"] = ExactNumber(interval.high);
  json["level"] = ExactNumber(interval.level);
  json["method"] = interval.method;
  return json;
}

Json ToJson(const Metric& metric) {
  Json json;
  json["name"] = metric.name;
  json["value"] = ExactNumber(metric.value);
  if (metric.interval) json["interval"] = ToJson(*metric.interval);
  json["n"] = metric.n;
  if (metric.count) json["count"] = *metric.count;
  return json;
}

Json ToJson(const CheckResult& result, ArtifactBytes artifacts) {
  Json json;
  json["metrics"] = EachToJson(result.metrics);
  json["figures"] = Json::Array(result.figures);
  json["witnesses"] = Json::Array(result.witnesses);
  json["notes"] = EachToJson(result.notes);
  if (result.not_applicable) json["notApplicable"] = ToJson(*result.not_applicable);
  Json::Array files;
  for (const Artifact& artifact : result.artifacts) files.push_back(ToJson(artifact, artifacts));
  json["artifacts"] = std::move(files);
  return json;
}

Result<Text> TextFromJson(const Json& json) {
  Text text;
  CUPEL_TRY(text.en, json.StringAt("en"));
  CUPEL_TRY(text.zh, json.StringAt("zh"));
  return text;
}

Result<stats::Interval> IntervalFromJson(const Json& json) {
  stats::Interval interval;
  CUPEL_TRY(interval.low, ExactNumberAt(json, "low"));
  CUPEL_TRY(interval.high, ExactNumberAt(json, "high"));
  CUPEL_TRY(interval.level, ExactNumberAt(json, "level"));
  CUPEL_TRY(interval.method, json.StringAt("method"));
  return interval;
}

Result<Metric> MetricFromJson(const Json& json) {
  Metric metric;
  CUPEL_TRY(metric.name, json.StringAt("name"));
  CUPEL_TRY(metric.value, ExactNumberAt(json, "value"));
  CUPEL_TRY(metric.n, json.IntegerAt("n"));
  if (json.Find("count") != nullptr) {
    CUPEL_TRY(metric.count, json.IntegerAt("count"));
  }
  if (const Json* interval = json.Find("interval")) {
    CUPEL_TRY(metric.interval, IntervalFromJson(*interval));
  }
  return metric;
}

Result<CheckResult> CheckResultFromJson(const Json& json) {
  const auto keep = [](const Json& value) -> Result<Json> { return value; };
  CheckResult result;
  CUPEL_TRY(result.metrics, ReadEach<Metric>(json, "metrics", MetricFromJson));
  CUPEL_TRY(result.figures, ReadEach<Json>(json, "figures", keep));
  CUPEL_TRY(result.witnesses, ReadEach<Json>(json, "witnesses", keep));
  CUPEL_TRY(result.notes, ReadEach<Text>(json, "notes", TextFromJson));
  CUPEL_TRY(result.artifacts, ReadEach<Artifact>(json, "artifacts", ArtifactFromJson));
  if (const Json* text = json.Find("notApplicable")) {
    CUPEL_TRY(result.not_applicable, TextFromJson(*text));
  }
  return result;
}

}  // namespace cupel::algorithm::check
