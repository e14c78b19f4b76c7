// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/jsonl.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <vector>

#include "cupel/base/json.h"
#include "cupel/base/nearest.h"
#include "cupel/data/annotation/lines.h"
#include "cupel/data/annotation/name_index.h"

namespace cupel::data::annotation {
namespace {

constexpr std::size_t kMaxLine = std::size_t{1} << 20;
constexpr double kMaxInteger = 9007199254740992.0;

/// Members of one record with their defaults and ranges.
class Record {
 public:
  explicit Record(const Json& json) : json_(json) {}

  Status OnlyHas(std::initializer_list<std::string_view> known) const {
    for (const auto& [name, value] : json_.AsObject()) {
      if (name == "type" || std::ranges::find(known, name) != known.end()) continue;
      return Fail(ErrorCode::kCorrupt, fmt::format("a record of this type has no member \"{}\"", name), "",
                  NearestRemedy(name, std::vector<std::string>(known.begin(), known.end())));
    }
    return {};
  }

  Result<double> Real(std::string_view name, double fallback, double low) const {
    if (json_.Find(name) == nullptr) return fallback;
    CUPEL_TRY(const double value, json_.NumberAt(name));
    if (!(value >= low)) {
      return Fail(ErrorCode::kCorrupt, fmt::format("{} must be at least {}, got {}", name, low, value));
    }
    return value;
  }

  Result<std::int64_t> Integer(std::string_view name, std::int64_t fallback, std::int64_t low) const {
    if (json_.Find(name) == nullptr) return fallback;
    CUPEL_TRY(const std::int64_t value, json_.IntegerAt(name));
    if (value < low) {
      return Fail(ErrorCode::kCorrupt, fmt::format("{} must be at least {}, got {}", name, low, value));
    }
    return value;
  }

  Result<bool> Flag(std::string_view name) const {
    if (json_.Find(name) == nullptr) return false;
    return json_.BoolAt(name);
  }

  const Json& json() const { return json_; }

 private:
  const Json& json_;
};

constexpr double kAnyNumber = -1.7976931348623157e308;

class Reader {
 public:
  Status Read(const Json& json) {
    CUPEL_TRY(const std::string type, json.StringAt("type"));
    const Record record(json);
    if (type == "source") return ReadSource(record);
    if (type == "category") return ReadCategory(record);
    if (type == "object") return ReadObject(record);
    if (type == "event") return ReadEvent(record);
    if (type == "frame") return ReadFrame(record);
    return Fail(
        ErrorCode::kCorrupt, fmt::format("no record is of type \"{}\"", type), "",
        NearestRemedy(type, std::vector<std::string>{"source", "category", "object", "event", "frame"}));
  }

  Result<Annotations> Finish() && {
    const std::size_t numbered = annotations_.category_ids.size();
    if (numbered != 0 && numbered != annotations_.categories.size()) {
      return Fail(ErrorCode::kCorrupt, "some categories have an id and others have none");
    }
    return std::move(annotations_);
  }

 private:
  Status ReadSource(const Record& record) {
    CUPEL_TRY_STATUS(record.OnlyHas({"name", "duration", "frame_rate", "frames", "width", "height"}));
    CUPEL_TRY(const std::string name, record.json().StringAt("name"));
    if (names_.HasSource(name)) {
      return Fail(ErrorCode::kCorrupt, fmt::format("source \"{}\" is declared twice or after its use", name));
    }
    CUPEL_TRY(const std::int32_t index, names_.Source(name));
    Source& source = annotations_.sources[static_cast<std::size_t>(index)];
    CUPEL_TRY(source.duration, record.Real("duration", 0, 0));
    CUPEL_TRY(source.frame_rate, record.Real("frame_rate", 0, 0));
    CUPEL_TRY(source.frames, record.Integer("frames", 0, 0));
    CUPEL_TRY(source.width, record.Integer("width", 0, 0));
    CUPEL_TRY(source.height, record.Integer("height", 0, 0));
    return {};
  }

  Status ReadCategory(const Record& record) {
    CUPEL_TRY_STATUS(record.OnlyHas({"name", "id"}));
    CUPEL_TRY(const std::string name, record.json().StringAt("name"));
    if (names_.HasCategory(name)) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("category \"{}\" is declared twice or after its use", name));
    }
    CUPEL_TRY_STATUS(names_.Category(name));
    if (record.json().Find("id") == nullptr) return {};
    CUPEL_TRY(const std::int64_t id, record.json().IntegerAt("id"));
    annotations_.category_ids.push_back(id);
    return {};
  }

  /// What objects, events and frames share.
  template <typename T>
  Status ReadCommon(const Record& record, T& item) {
    CUPEL_TRY(const std::string source, record.json().StringAt("source"));
    CUPEL_TRY(const std::string category, record.json().StringAt("category"));
    CUPEL_TRY(item.source, names_.Source(source));
    CUPEL_TRY(item.category, names_.Category(category));
    CUPEL_TRY(item.score, record.Real("score", 1, kAnyNumber));
    return {};
  }

  Status ReadObject(const Record& record) {
    CUPEL_TRY_STATUS(record.OnlyHas(
        {"source", "frame", "track", "category", "box", "area", "score", "crowd", "ignore", "id"}));
    Object object;
    CUPEL_TRY_STATUS(ReadCommon(record, object));
    CUPEL_TRY(object.frame, record.Integer("frame", 0, 0));
    CUPEL_TRY(object.track, record.Integer("track", -1, 0));
    CUPEL_TRY(const Json* box, record.json().ArrayAt("box"));
    if (box->AsArray().size() != 4 || !std::ranges::all_of(box->AsArray(), &Json::IsNumber)) {
      return Fail(ErrorCode::kCorrupt, "box must be four numbers: left, top, width, height");
    }
    const auto side = [&](std::size_t i) { return box->AsArray()[i].AsNumber(); };
    object.box = {side(0), side(1), side(2), side(3)};
    const double area = object.box.w * object.box.h;
    if (object.box.w < 0 || object.box.h < 0 || !std::isfinite(area)) {
      return Fail(ErrorCode::kCorrupt, "width and height of a box must be at least 0 and their area finite");
    }
    CUPEL_TRY(object.area, record.Real("area", area, 0));
    CUPEL_TRY(object.crowd, record.Flag("crowd"));
    CUPEL_TRY(object.ignore, record.Flag("ignore"));
    CUPEL_TRY(object.id, record.Integer("id", 0, -static_cast<std::int64_t>(kMaxInteger)));
    annotations_.objects.push_back(object);
    return {};
  }

  Status ReadEvent(const Record& record) {
    CUPEL_TRY_STATUS(record.OnlyHas({"source", "category", "start", "end", "score", "tracks", "id"}));
    Event event;
    CUPEL_TRY_STATUS(ReadCommon(record, event));
    CUPEL_TRY(event.start, record.json().NumberAt("start"));
    CUPEL_TRY(event.end, record.json().NumberAt("end"));
    if (!(event.start >= 0 && event.start <= event.end)) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("an event must have 0 <= start <= end, got {} and {}", event.start, event.end));
    }
    if (record.json().Find("id") != nullptr) {
      CUPEL_TRY(event.id, record.json().StringAt("id"));
    }
    if (record.json().Find("tracks") != nullptr) {
      CUPEL_TRY(const Json* tracks, record.json().ArrayAt("tracks"));
      for (const Json& track : tracks->AsArray()) {
        if (!track.IsInteger() || track.AsInteger() < 0) {
          return Fail(ErrorCode::kCorrupt, "tracks must be integers of at least 0");
        }
        event.tracks.push_back(track.AsInteger());
      }
    }
    annotations_.events.push_back(std::move(event));
    return {};
  }

  Status ReadFrame(const Record& record) {
    CUPEL_TRY_STATUS(record.OnlyHas({"source", "frame", "category", "score"}));
    FrameLabel label;
    CUPEL_TRY_STATUS(ReadCommon(record, label));
    CUPEL_TRY(label.frame, record.json().IntegerAt("frame"));
    if (label.frame < 0) return Fail(ErrorCode::kCorrupt, "frame must be at least 0");
    annotations_.frames.push_back(label);
    return {};
  }

  Annotations annotations_;
  NameIndex names_{annotations_};
};

Result<Json> ParseRecord(const Lines& lines) {
  if (lines.line().size() > kMaxLine) {
    return Fail(ErrorCode::kResourceLimit, "the line is longer than 1 MiB", lines.Place());
  }
  Result<Json> json = Json::Parse(lines.line());
  if (!json) return FailAt(lines.Place(), json.error());
  if (!json->IsObject()) {
    return Fail(ErrorCode::kCorrupt, "a line must hold one JSON object", lines.Place());
  }
  return json;
}

void WriteSource(const Source& source, std::string& text) {
  Json record{Json::Object{{"type", "source"}, {"name", source.name}}};
  if (source.duration != 0) record["duration"] = source.duration;
  if (source.frame_rate != 0) record["frame_rate"] = source.frame_rate;
  if (source.frames != 0) record["frames"] = source.frames;
  if (source.width != 0) record["width"] = source.width;
  if (source.height != 0) record["height"] = source.height;
  text += record.Canonical() + "\n";
}

template <typename T>
Json CommonRecord(const char* type, const Annotations& all, const T& item) {
  Json record{Json::Object{{"type", type},
                           {"source", all.sources[static_cast<std::size_t>(item.source)].name},
                           {"category", all.categories[static_cast<std::size_t>(item.category)]}}};
  if (item.score != 1) record["score"] = item.score;
  return record;
}

void WriteObject(const Annotations& all, const Object& object, std::string& text) {
  Json record = CommonRecord("object", all, object);
  record["box"] = Json::ArrayOf(std::vector{object.box.x, object.box.y, object.box.w, object.box.h});
  if (object.frame != 0) record["frame"] = object.frame;
  if (object.track != -1) record["track"] = object.track;
  if (object.area != object.box.w * object.box.h) record["area"] = object.area;
  if (object.crowd) record["crowd"] = true;
  if (object.ignore) record["ignore"] = true;
  if (object.id != 0) record["id"] = object.id;
  text += record.Canonical() + "\n";
}

void WriteEvent(const Annotations& all, const Event& event, std::string& text) {
  Json record = CommonRecord("event", all, event);
  record["start"] = event.start;
  record["end"] = event.end;
  if (!event.tracks.empty()) record["tracks"] = Json::ArrayOf(event.tracks);
  if (!event.id.empty()) record["id"] = event.id;
  text += record.Canonical() + "\n";
}

}  // namespace

Result<Annotations> ParseJsonLines(std::string_view text, const std::string& file_name) {
  Lines lines(text, file_name);
  if (!lines.Next()) return Fail(ErrorCode::kCorrupt, "the file is empty", file_name);
  CUPEL_TRY(const Json head, ParseRecord(lines));
  if (head["format"] != Json(kJsonLinesFormat) || head.AsObject().size() != 1) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the first line must be {{\"format\":\"{}\"}}", kJsonLinesFormat), lines.Place());
  }
  Reader reader;
  while (lines.Next()) {
    if (lines.line().find_first_not_of(" \t") == std::string_view::npos) continue;
    CUPEL_TRY(const Json record, ParseRecord(lines));
    if (const Status status = reader.Read(record); !status) return FailAt(lines.Place(), status.error());
  }
  Result<Annotations> read = std::move(reader).Finish();
  if (!read) return FailAt(file_name, read.error());
  return read;
}

std::string WriteJsonLines(const Annotations& annotations) {
  std::string text = Json(Json::Object{{"format", kJsonLinesFormat}}).Canonical() + "\n";
  for (const Source& source : annotations.sources) WriteSource(source, text);
  for (std::size_t i = 0; i < annotations.categories.size(); ++i) {
    Json record{Json::Object{{"type", "category"}, {"name", annotations.categories[i]}}};
    if (!annotations.category_ids.empty()) record["id"] = annotations.category_ids[i];
    text += record.Canonical() + "\n";
  }
  for (const Object& object : annotations.objects) WriteObject(annotations, object, text);
  for (const Event& event : annotations.events) WriteEvent(annotations, event, text);
  for (const FrameLabel& label : annotations.frames) {
    Json record = CommonRecord("frame", annotations, label);
    record["frame"] = label.frame;
    text += record.Canonical() + "\n";
  }
  return text;
}

}  // namespace cupel::data::annotation
