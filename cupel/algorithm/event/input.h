// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the event schemes measure on: a truth and an algorithm's answers about the same recordings.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::algorithm::event {

using data::annotation::Annotations;
using data::annotation::Event;
using data::annotation::FrameLabel;
using data::annotation::Object;
using data::annotation::Source;

/// Truth and answers over common recordings and categories: the indices of both sides mean the same.
class EventInput : public scheme::Input {
 public:
  /// Recordings: those of the truth, then those that only the answers name; what the truth does not say of
  /// one (duration, frame rate) comes from the answers. Categories: of both, sorted.
  /// Errors: kInvalidArgument without any recording.
  static Result<std::unique_ptr<EventInput>> Create(Annotations truth, Annotations answers);

  std::int64_t size() const override { return static_cast<std::int64_t>(sources.size()); }

  std::vector<Source> sources;
  std::vector<std::string> categories;
  Annotations truth;    ///< Its own sources and categories are empty.
  Annotations answers;  ///< Likewise.

  /// Positions in truth.events and in answers.events, by recording: [source], in the order of the file.
  std::vector<std::vector<std::size_t>> truth_of;
  std::vector<std::vector<std::size_t>> answers_of;
};

/// Both files in any format that data/annotation reads; a companion of the truth (durations, file index)
/// serves the answers too.
const scheme::InputFormat& EventFormat();

/// Seconds of every recording: [source]. Errors: kInvalidArgument when a duration is not known.
Result<std::vector<double>> Durations(const EventInput& input);

/// Frames a second of every recording: [source]. Errors: kInvalidArgument when one is not known.
Result<std::vector<double>> FrameRates(const EventInput& input);

}  // namespace cupel::algorithm::event
