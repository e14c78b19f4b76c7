// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/start_point.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/inspect/l1_ball.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::inspect {

std::vector<float> RandomStart(const ThreatModel& threat, std::span<const float> original, std::uint64_t seed,
                               std::string_view stream_name, std::int64_t original_index, int restart) {
  ReproducibleStream stream(seed, stream_name, static_cast<std::uint64_t>(original_index),
                            static_cast<std::uint32_t>(restart));
  const std::size_t d = original.size();
  std::vector<double> offset(d);
  if (threat.norm == Norm::kL1) {
    for (double& value : offset) value = stream.Normal() * (double{threat.box_high} - threat.box_low);
    ProjectOntoL1BallInBox(InnerRadius(threat.epsilon), threat.box_low, threat.box_high, original, offset);
  } else if (threat.norm == Norm::kLinf) {
    for (double& value : offset) value = threat.epsilon * (2.0 * stream.Uniform() - 1.0);
  } else {
    double squares = 0;
    for (double& value : offset) {
      value = stream.Normal();
      squares += value * value;
    }
    const double radius =
        InnerRadius(threat.epsilon) * std::pow(stream.UniformDouble(), 1.0 / static_cast<double>(d));
    for (double& value : offset) value *= radius / std::sqrt(squares);
  }
  std::vector<float> start(d);
  for (std::size_t i = 0; i < d; ++i) {
    // In Linf the projected point holds every feature to its inner bounds, rounded already.
    const float moved = threat.norm != Norm::kLinf ? RoundInward(original[i], offset[i])
                                                   : static_cast<float>(original[i] + offset[i]);
    start[i] = std::clamp(moved, threat.box_low, threat.box_high);
  }
  return start;
}

}  // namespace cupel::algorithm::inspect
