// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/early_detection.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cupel::algorithm::event {
namespace {

using Frames = std::span<const FrameTable::Row>;

double ScaledSigmoid(double position) { return position > 3 ? -1.0 : 2 / (1 + std::exp(5 * position)) - 1.0; }

/// The frame after the run of positive frames that begins at `from`.
std::size_t WindowEnd(Frames frames, std::size_t from) {
  std::size_t end = from;
  while (end < frames.size() && frames[end].positive) ++end;
  return end;
}

double ProbationFrames(std::size_t frames, double probation) {
  return std::min(std::floor(probation * static_cast<double>(frames)), probation * 5000);
}

}  // namespace

NabParts NabOfRecording(Frames frames, double threshold, const NabProfile& profile) {
  const double probation = ProbationFrames(frames.size(), profile.probation);
  const double most = ScaledSigmoid(-1);
  NabParts parts;
  double last_width = 0;  // 0: no window yet
  double last_right = 0;
  for (std::size_t i = 0; i < frames.size();) {
    if (!frames[i].positive) {
      const double past =
          last_width > 0 ? (static_cast<double>(i) - last_right) / (last_width - 1) : 4;  // 4: far behind
      if (static_cast<double>(i) >= probation && frames[i].score >= threshold) {
        parts.raw += ScaledSigmoid(past) * profile.false_positive;
      }
      ++i;
      continue;
    }
    const std::size_t end = WindowEnd(frames, i);
    const auto right = static_cast<double>(end - 1);
    const auto width = static_cast<double>(end - i);
    double best = -profile.false_negative;
    for (std::size_t at = i; at < end; ++at) {
      if (static_cast<double>(at) < probation || frames[at].score < threshold) continue;
      const double position = -(right - static_cast<double>(at) + 1) / width;
      best = std::max(best, ScaledSigmoid(position) * profile.true_positive / most);
    }
    if (right >= probation) {
      parts.raw += best;
      parts.windows += 1;
    }
    last_width = width;
    last_right = right;
    i = end;
  }
  return parts;
}

double NabScore(std::span<const NabParts> parts, std::span<const double> weights, const NabProfile& profile) {
  double raw = 0;
  double windows = 0;
  for (std::size_t source = 0; source < parts.size(); ++source) {
    raw += weights[source] * parts[source].raw;
    windows += weights[source] * parts[source].windows;
  }
  if (windows == 0) return std::numeric_limits<double>::quiet_NaN();
  const double silent = -profile.false_negative * windows;
  return (raw - silent) / (profile.true_positive * windows - silent);
}

double ErdeOfRecording(bool positive, bool alarmed, double k, double o, double cost_false) {
  if (!alarmed) return positive ? 1 : 0;
  if (!positive) return cost_false;
  return 1 - 1 / (1 + std::exp(k - o));
}

Noticed NoticedInRecording(Frames frames, double threshold, double rate) {
  Noticed noticed;
  for (std::size_t i = 0; i < frames.size();) {
    if (!frames[i].positive) {
      ++i;
      continue;
    }
    const std::size_t end = WindowEnd(frames, i);
    noticed.windows += 1;
    const auto first = std::find_if(frames.begin() + static_cast<std::ptrdiff_t>(i),
                                    frames.begin() + static_cast<std::ptrdiff_t>(end),
                                    [&](const FrameTable::Row& row) { return row.score >= threshold; });
    const auto at = static_cast<std::size_t>(first - frames.begin());
    if (at < end) {
      noticed.noticed += 1;
      noticed.seconds += static_cast<double>(at - i) / rate;
    }
    i = end;
  }
  return noticed;
}

}  // namespace cupel::algorithm::event
