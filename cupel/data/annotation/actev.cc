// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/actev.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "cupel/base/json.h"
#include "cupel/data/annotation/name_index.h"

namespace cupel::data::annotation {
namespace {

/// A signal of frames: at `frame` the value becomes `on`.
struct Step {
  std::int64_t frame = 0;
  bool on = false;
};

constexpr std::int64_t kMaxFrame = std::int64_t{1} << 40;

/// Steps by frame. Errors: kCorrupt for a key that is no frame or a value other than 0 and 1.
Result<std::vector<Step>> ReadSignal(const Json& json) {
  if (!json.IsObject()) return Fail(ErrorCode::kCorrupt, "a signal must be an object of frames");
  std::vector<Step> steps;
  for (const auto& [key, value] : json.AsObject()) {
    Step step;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), step.frame);
    if (error != std::errc() || end != key.data() + key.size() || step.frame < 0 || step.frame > kMaxFrame) {
      return Fail(ErrorCode::kCorrupt, fmt::format("\"{}\" is no frame", key));
    }
    if (value != Json(0) && value != Json(1)) {
      return Fail(ErrorCode::kCorrupt, fmt::format("the signal at frame {} must be 0 or 1", step.frame));
    }
    step.on = value == Json(1);
    steps.push_back(step);
  }
  std::ranges::sort(steps, {}, &Step::frame);
  return steps;
}

std::int64_t FramesOn(const std::vector<Step>& steps) {
  std::int64_t frames = 0;
  for (std::size_t i = 1; i < steps.size(); ++i) {
    if (steps[i - 1].on) frames += steps[i].frame - steps[i - 1].frame;
  }
  return frames;
}

Status ReadIndex(std::string_view text, NameIndex& names, Annotations& annotations) {
  CUPEL_TRY(const Json index, Json::Parse(text));
  if (!index.IsObject()) return Fail(ErrorCode::kCorrupt, "a file index must be an object of videos");
  for (const auto& [video, entry] : index.AsObject()) {
    const auto read = [&]() -> Status {
      CUPEL_TRY(const double rate, entry.NumberAt("framerate"));
      CUPEL_TRY(const Json* selected, entry.ObjectAt("selected"));
      CUPEL_TRY(const std::vector<Step> steps, ReadSignal(*selected));
      if (!(rate > 0)) return Fail(ErrorCode::kCorrupt, fmt::format("framerate must be > 0, got {}", rate));
      CUPEL_TRY(const std::int32_t at, names.Source(video));
      Source& source = annotations.sources[static_cast<std::size_t>(at)];
      source.frame_rate = rate;
      source.frames = FramesOn(steps);
      source.duration = static_cast<double>(source.frames) / rate;
      return {};
    };
    if (const Status status = read(); !status) return FailAt(video, status.error());
  }
  return {};
}

/// The one interval in which the signal is on.
Result<std::pair<std::int64_t, std::int64_t>> OneInterval(const std::vector<Step>& steps) {
  const auto begin = std::ranges::find(steps, true, &Step::on);
  const auto end = std::find_if(begin, steps.end(), [](const Step& step) { return !step.on; });
  if (begin == steps.end() || end == steps.end()) {
    return Fail(ErrorCode::kCorrupt, "an activity must have a first frame with 1 and an end with 0");
  }
  if (std::find_if(end, steps.end(), [](const Step& step) { return step.on; }) != steps.end()) {
    return Fail(ErrorCode::kUnsupported, "an activity of several intervals", "",
                "write one activity for each interval");
  }
  return std::pair(begin->frame, end->frame);
}

Result<std::string> ReadId(const Json& activity) {
  const Json* id = activity.Find("activityID");
  if (id == nullptr) return std::string();
  if (id->IsInteger()) return fmt::format("{}", id->AsInteger());
  return activity.StringAt("activityID");
}

Status ReadActivity(const Json& json, NameIndex& names, Annotations& annotations) {
  CUPEL_TRY(const std::string activity, json.StringAt("activity"));
  CUPEL_TRY(const Json* localization, json.ObjectAt("localization"));
  if (localization->AsObject().size() != 1) {
    return Fail(ErrorCode::kUnsupported,
                fmt::format("an activity must lie in one video, got {}", localization->AsObject().size()));
  }
  const auto& [video, signal] = *localization->AsObject().begin();
  if (!names.HasSource(video)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("the file index has no video \"{}\"", video));
  }
  CUPEL_TRY(const std::vector<Step> steps, ReadSignal(signal));
  CUPEL_TRY(const auto frames, OneInterval(steps));
  Event event;
  CUPEL_TRY(event.source, names.Source(video));
  CUPEL_TRY(event.category, names.Category(activity));
  const double rate = annotations.sources[static_cast<std::size_t>(event.source)].frame_rate;
  event.start = static_cast<double>(frames.first) / rate;
  event.end = static_cast<double>(frames.second) / rate;
  if (json.Find("presenceConf") != nullptr) {
    CUPEL_TRY(event.score, json.NumberAt("presenceConf"));
  }
  CUPEL_TRY(event.id, ReadId(json));
  annotations.events.push_back(std::move(event));
  return {};
}

}  // namespace

Result<Annotations> ParseActev(std::string_view text, const std::string& file_name,
                               std::string_view file_index, const std::string& index_name) {
  Annotations annotations;
  NameIndex names(annotations);
  if (const Status status = ReadIndex(file_index, names, annotations); !status) {
    return FailAt(index_name, status.error());
  }
  const Result<Json> json = Json::Parse(text);
  if (!json) return FailAt(file_name, json.error());
  const Result<const Json*> activities = json->ArrayAt("activities");
  if (!activities) return FailAt(file_name, activities.error());
  std::size_t position = 0;
  for (const Json& activity : (*activities)->AsArray()) {
    if (const Status status = ReadActivity(activity, names, annotations); !status) {
      return FailAt(fmt::format("{}: activities[{}]", file_name, position), status.error());
    }
    ++position;
  }
  return annotations;
}

}  // namespace cupel::data::annotation
