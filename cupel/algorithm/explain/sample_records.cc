// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/sample_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <numeric>
#include <optional>

#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/base/parallel.h"
#include "cupel/stats/bootstrap.h"

namespace cupel::algorithm::explain {
namespace {

constexpr std::int64_t kReplicates = 1000;
constexpr double kLevel = 0.95;

std::optional<std::vector<double>> FromJson(const Json& json, std::size_t width) {
  if (!json.IsArray() || json.AsArray().size() != width) return std::nullopt;
  std::vector<double> values;
  for (const Json& value : json.AsArray()) {
    if (!value.IsNumber()) return std::nullopt;
    values.push_back(value.AsNumber());
  }
  return values;
}

check::Metric Bootstrapped(std::string name, std::int64_t n, const stats::Statistic& statistic,
                           std::string_view id, std::uint64_t seed) {
  const std::vector<std::int64_t> all = FirstSamples(n);
  const std::string stream = std::string(id) + "." + name;
  check::Metric metric;
  metric.value = statistic(all);
  metric.interval = stats::BootstrapPercentile(
      n, statistic, {.replicates = kReplicates, .level = kLevel, .seed = seed, .name = stream});
  metric.n = n;
  metric.name = std::move(name);
  return metric;
}

}  // namespace

Result<std::vector<std::vector<double>>> MeasureSamples(const check::Context& context, std::string_view id,
                                                        std::span<const std::int64_t> indices,
                                                        std::size_t width, const Measure& measure) {
  const auto n = static_cast<std::int64_t>(indices.size());
  std::vector<std::vector<double>> records(static_cast<std::size_t>(n));
  std::mutex mutex;
  context.progress->Begin(id, n, "samples");
  const Status status = ForEachPiece(n, context.workers, [&](std::int64_t piece, int) -> Status {
    tensor::UseOneThreadPerOperator();
    std::vector<double>& record = records[static_cast<std::size_t>(piece)];
    const std::int64_t index = indices[static_cast<std::size_t>(piece)];
    const std::string key = fmt::format("sample={}", context.data->OriginalIndex(index));
    std::optional<Json> saved;
    {
      const std::lock_guard lock(mutex);
      saved = context.journal->Load(key);
    }
    std::optional<std::vector<double>> known;
    if (saved) known = FromJson(*saved, width);
    if (known) {
      record = *std::move(known);
    } else {
      CUPEL_TRY(record, measure(index));
      if (record.size() != width)
        return Fail(ErrorCode::kInternal, fmt::format("{} numbers, not {}", record.size(), width));
      const std::lock_guard lock(mutex);
      CUPEL_TRY_STATUS(context.journal->Save(key, Json::ArrayOf(record)));
    }
    context.progress->Advance(1);
    return {};
  });
  context.progress->End();
  CUPEL_TRY_STATUS(status);
  return records;
}

std::vector<std::int64_t> FirstSamples(std::int64_t n) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(n));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

std::vector<double> Column(const std::vector<std::vector<double>>& records, std::size_t k) {
  std::vector<double> column;
  for (const std::vector<double>& record : records) column.push_back(record[k]);
  return column;
}

std::vector<double> Minus(std::vector<double> a, std::span<const double> b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= b[i];
  return a;
}

check::Metric MeanMetric(std::string name, const std::vector<double>& values, std::string_view id,
                         std::uint64_t seed) {
  return Bootstrapped(
      std::move(name), static_cast<std::int64_t>(values.size()),
      [&](std::span<const std::int64_t> indices) {
        double sum = 0;
        for (const std::int64_t i : indices) sum += values[static_cast<std::size_t>(i)];
        return sum / static_cast<double>(indices.size());
      },
      id, seed);
}

check::Metric MedianMetric(std::string name, const std::vector<double>& values, std::string_view id,
                           std::uint64_t seed) {
  return Bootstrapped(
      std::move(name), static_cast<std::int64_t>(values.size()),
      [&](std::span<const std::int64_t> indices) {
        std::vector<double> drawn;
        for (const std::int64_t i : indices) drawn.push_back(values[static_cast<std::size_t>(i)]);
        std::sort(drawn.begin(), drawn.end());
        return stats::SortedQuantile(drawn, 0.5);
      },
      id, seed);
}

check::Metric RatioMetric(std::string name, const std::vector<double>& numerators,
                          const std::vector<double>& denominators, std::string_view id, std::uint64_t seed) {
  return Bootstrapped(
      std::move(name), static_cast<std::int64_t>(numerators.size()),
      [&](std::span<const std::int64_t> indices) {
        double above = 0;
        double below = 0;
        for (const std::int64_t i : indices) {
          above += numerators[static_cast<std::size_t>(i)];
          below += denominators[static_cast<std::size_t>(i)];
        }
        return below == 0 ? 0 : above / below;
      },
      id, seed);
}

}  // namespace cupel::algorithm::explain
