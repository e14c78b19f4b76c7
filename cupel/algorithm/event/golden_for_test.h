// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What reference implementations answered (tests/golden/event, written by make_golden.py), and inputs made
/// of small lists.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "cupel/algorithm/event/input.h"
#include "cupel/base/file.h"
#include "cupel/base/json.h"

namespace cupel::algorithm::event {

/// The cases of tests/golden/event/<name>. Aborts when the file cannot be read.
inline Json::Array GoldenCases(const std::string& name) {
  const auto path = std::filesystem::path(CUPEL_SOURCE_DIR) / "tests" / "golden" / "event" / name;
  const Result<std::string> text = ReadTextFile(path);
  CUPEL_CHECK(text.has_value());
  const Result<Json> json = Json::Parse(*text);
  CUPEL_CHECK(json.has_value());
  return (*json)["cases"].AsArray();
}

struct TestEvent {
  std::string source;
  std::string category;
  double start = 0;
  double end = 0;
  double score = 1;
};

/// Sources and categories by first use, as the readers have them.
inline Annotations AnnotationsOf(const std::vector<TestEvent>& events,
                                 const std::vector<Source>& sources = {}) {
  Annotations made;
  made.sources = sources;
  const auto index = [](auto& list, const std::string& name, auto name_of, auto make) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (name_of(list[i]) == name) return static_cast<std::int32_t>(i);
    }
    list.push_back(make(name));
    return static_cast<std::int32_t>(list.size() - 1);
  };
  for (const TestEvent& event : events) {
    Event& added = made.events.emplace_back();
    added.source = index(
        made.sources, event.source, [](const Source& source) { return source.name; },
        [](const std::string& name) {
          Source source;
          source.name = name;
          return source;
        });
    added.category = index(
        made.categories, event.category, [](const std::string& name) { return name; },
        [](const std::string& name) { return name; });
    added.start = event.start;
    added.end = event.end;
    added.score = event.score;
  }
  return made;
}

inline Source SourceOf(std::string name, double duration, double frame_rate = 0, std::int64_t frames = 0) {
  Source source;
  source.name = std::move(name);
  source.duration = duration;
  source.frame_rate = frame_rate;
  source.frames = frames;
  return source;
}

inline std::unique_ptr<EventInput> InputOf(const std::vector<TestEvent>& truth,
                                           const std::vector<TestEvent>& answers,
                                           const std::vector<Source>& sources = {}) {
  Result<std::unique_ptr<EventInput>> input =
      EventInput::Create(AnnotationsOf(truth, sources), AnnotationsOf(answers));
  CUPEL_CHECK(input.has_value());
  return *std::move(input);
}

/// Rows [source, category, start, end, score]; times divided by `rate`.
inline std::vector<TestEvent> EventsOf(const Json& rows, double rate = 1) {
  std::vector<TestEvent> events;
  for (const Json& row : rows.AsArray()) {
    const Json::Array& fields = row.AsArray();
    events.push_back({fields[0].AsString(), fields[1].AsString(), fields[2].AsNumber() / rate,
                      fields[3].AsNumber() / rate, fields[4].AsNumber()});
  }
  return events;
}

/// Expects `value` within a relative 1e-12 of a golden number; null stands for NaN.
inline void ExpectGolden(double value, const Json& golden, const std::string& what,
                         double tolerance = 1e-12) {
  if (golden.IsNull()) {
    EXPECT_TRUE(value != value) << what << " is " << value;
  } else {
    EXPECT_NEAR(value, golden.AsNumber(), tolerance * std::max(1.0, std::abs(golden.AsNumber()))) << what;
  }
}

inline std::vector<double> Once(const EventInput& input) {
  return std::vector<double>(input.sources.size(), 1.0);
}

}  // namespace cupel::algorithm::event
