// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The input of the tracking schemes: tracks of boxes in videos, truth and answers, from MOTChallenge files.

#include "cupel/algorithm/scheme/scheme.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::algorithm::tracking {

class TracksInput : public scheme::Input {
 public:
  TracksInput(data::annotation::Annotations truth, data::annotation::Annotations answer)
      : truth_(std::move(truth)), answer_(std::move(answer)) {}

  const data::annotation::Annotations& truth() const { return truth_; }
  const data::annotation::Annotations& answer() const { return answer_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(truth_.sources.size()); }

 private:
  data::annotation::Annotations truth_;
  data::annotation::Annotations answer_;
};

/// "tracks": needs a truth.
extern const scheme::InputFormat kTracks;

}  // namespace cupel::algorithm::tracking
