// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/trial.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/inspect/confirmation.h"
#include "cupel/base/bytes.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::physical {
namespace {

constexpr float kMiddleGrey = 0.5F;

Sticker RandomSticker(const Sticker& like, ReproducibleStream& stream) {
  Sticker sticker = like;
  const auto plane = static_cast<std::size_t>(like.PlaneSize());
  for (std::size_t i = 0; i < sticker.light.size(); ++i) {
    const Range range = PrintRange(static_cast<std::int64_t>(i / plane), like.channels);
    sticker.light[i] = stream.Uniform(range.low, range.high);
  }
  return sticker;
}

Json SightingJson(const Sighting& sighting) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(sighting.input.data());
  return Json::Object{{"number", sighting.number},
                      {"condition", sighting.condition.ToJson()},
                      {"predicted", std::int64_t{sighting.predicted}},
                      {"margin", sighting.margin},
                      {"noise", sighting.noise},
                      {"input", ToBase64({bytes, sighting.input.size() * sizeof(float)})}};
}

Result<Condition> ConditionFrom(const Json& json) {
  Condition condition;
  CUPEL_TRY(condition.rotation, json.NumberAt("rotation"));
  CUPEL_TRY(condition.scale, json.NumberAt("scale"));
  CUPEL_TRY(condition.tilt_x, json.NumberAt("tiltX"));
  CUPEL_TRY(condition.tilt_y, json.NumberAt("tiltY"));
  CUPEL_TRY(condition.move_x, json.NumberAt("moveX"));
  CUPEL_TRY(condition.move_y, json.NumberAt("moveY"));
  CUPEL_TRY(condition.blur, json.NumberAt("blur"));
  CUPEL_TRY(condition.brightness, json.NumberAt("brightness"));
  CUPEL_TRY(condition.contrast, json.NumberAt("contrast"));
  CUPEL_TRY(condition.noise, json.NumberAt("noise"));
  return condition;
}

Result<Sighting> SightingFrom(const Json& json) {
  Sighting sighting;
  CUPEL_TRY(sighting.number, json.IntegerAt("number"));
  CUPEL_TRY(const Json* condition, json.ObjectAt("condition"));
  CUPEL_TRY(sighting.condition, ConditionFrom(*condition));
  CUPEL_TRY(const std::int64_t predicted, json.IntegerAt("predicted"));
  sighting.predicted = static_cast<std::int32_t>(predicted);
  CUPEL_TRY(sighting.margin, json.NumberAt("margin"));
  CUPEL_TRY(sighting.noise, json.NumberAt("noise"));
  CUPEL_TRY(const std::string text, json.StringAt("input"));
  CUPEL_TRY(const Bytes bytes, FromBase64(text));
  sighting.input.resize(bytes.size() / sizeof(float));
  std::copy_n(bytes.data(), sighting.input.size() * sizeof(float),
              reinterpret_cast<std::uint8_t*>(sighting.input.data()));
  return sighting;
}

// The sum over pictures of their shares.
double SumOfShares(std::span<const PictureTrial> trials, TrialCount count) {
  double sum = 0;
  for (const PictureTrial& trial : trials) {
    sum += static_cast<double>(count(trial)) / static_cast<double>(trial.conditions);
  }
  return sum;
}

stats::Interval Clustered(double sum, std::int64_t n, double level) {
  const auto below = static_cast<std::int64_t>(std::floor(sum + 1e-9));
  const auto above = std::min(n, static_cast<std::int64_t>(std::ceil(sum - 1e-9)));
  return {stats::Wilson(below, n, level).low, stats::Wilson(above, n, level).high, level,
          "wilson, pictures as trials"};
}

std::int64_t Views(std::span<const PictureTrial> trials) {
  std::int64_t views = 0;
  for (const PictureTrial& trial : trials) views += trial.conditions;
  return views;
}

}  // namespace

Json PictureTrial::ToJson() const {
  Json json;
  json["original"] = original;
  json["conditions"] = conditions;
  json["sightings"] = Json::Array{};
  for (std::size_t i = 0; i < kDressings; ++i) {
    json["reached"].Append(reached[i]);
    json["right"].Append(right[i]);
  }
  for (const Sighting& sighting : sightings) json["sightings"].Append(SightingJson(sighting));
  return json;
}

Result<PictureTrial> PictureTrial::FromJson(const Json& json) {
  PictureTrial trial;
  CUPEL_TRY(trial.original, json.IntegerAt("original"));
  CUPEL_TRY(trial.conditions, json.IntegerAt("conditions"));
  CUPEL_TRY(const Json* reached, json.ArrayAt("reached"));
  CUPEL_TRY(const Json* right, json.ArrayAt("right"));
  if (reached->AsArray().size() != kDressings || right->AsArray().size() != kDressings) {
    return Fail(ErrorCode::kCorrupt, "a trial has four counts");
  }
  for (std::size_t i = 0; i < kDressings; ++i) {
    if (!reached->AsArray()[i].IsInteger() || !right->AsArray()[i].IsInteger()) {
      return Fail(ErrorCode::kCorrupt, "a count must be an integer");
    }
    trial.reached[i] = reached->AsArray()[i].AsInteger();
    trial.right[i] = right->AsArray()[i].AsInteger();
  }
  CUPEL_TRY(const Json* sightings, json.ArrayAt("sightings"));
  for (const Json& item : sightings->AsArray()) {
    CUPEL_TRY(trial.sightings.emplace_back(), SightingFrom(item));
  }
  return trial;
}

Result<PictureTrial> RunTrial(const inspect::AttackTarget& target, std::span<const float> picture,
                              std::int64_t original, const inspect::Goal& goal, const Sticker& sticker,
                              const OptimiseOptions& how, const TrialOptions& options) {
  PictureTrial trial;
  trial.original = original;
  trial.conditions = options.conditions;
  const Sticker grey = [&] {
    Sticker plain = sticker;
    std::ranges::fill(plain.light, kMiddleGrey);
    return plain;
  }();
  std::vector<float> seen(picture.size());
  for (std::int64_t number = options.first; number < options.first + options.conditions; ++number) {
    ReproducibleStream stream(how.seed, how.stream + ".trial", static_cast<std::uint64_t>(original),
                              static_cast<std::uint32_t>(number));
    const Condition condition = DrawCondition(how.ranges, stream);
    const View view(target.sample_shape(), sticker, how.placement, how.ranges, condition, stream);
    const Sticker random = RandomSticker(sticker, stream);
    const std::array<const Sticker*, kDressings> worn = {nullptr, &sticker, &grey, &random};
    for (std::size_t i = 0; i < kDressings; ++i) {
      view.Render(picture, worn[i], seen);
      for (float& value : seen) value = how.box_low + value * (how.box_high - how.box_low);
      CUPEL_TRY(const inspect::Confirmation answer, inspect::ConfirmExactly(target, seen, goal));
      const double noise = inspect::MarginNoise(answer.logits, answer.logits, 0);
      const bool reached = answer.margin > noise;
      trial.reached[i] += reached ? 1 : 0;
      trial.right[i] += answer.predicted == goal.label ? 1 : 0;
      if (i == static_cast<std::size_t>(Dressing::kSticker) && reached &&
          static_cast<std::int64_t>(trial.sightings.size()) < options.sightings) {
        trial.sightings.push_back({number, condition, answer.predicted, answer.margin, noise, seen});
      }
    }
  }
  return trial;
}

check::Metric ClusteredShare(std::string name, std::span<const PictureTrial> trials, TrialCount count,
                             double level) {
  const auto n = static_cast<std::int64_t>(trials.size());
  const double sum = SumOfShares(trials, count);
  return {.name = std::move(name),
          .value = n == 0 ? 0 : sum / static_cast<double>(n),
          .interval = Clustered(sum, n, level),
          .n = Views(trials)};
}

check::Metric ClusteredGain(std::string name, std::span<const PictureTrial> trials, TrialCount a,
                            TrialCount b, double level) {
  const double each = (1 + level) / 2;
  const check::Metric first = ClusteredShare("", trials, a, each),
                      second = ClusteredShare("", trials, b, each);
  return {.name = std::move(name),
          .value = first.value - second.value,
          .interval = stats::Interval{first.interval->low - second.interval->high,
                                      first.interval->high - second.interval->low, level,
                                      "wilson, pictures as trials, Bonferroni"},
          .n = first.n};
}

}  // namespace cupel::algorithm::physical
