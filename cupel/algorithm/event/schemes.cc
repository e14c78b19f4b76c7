// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/schemes.h"

#include <algorithm>

namespace cupel::algorithm::event {

check::ParameterSpec Real(std::string name, double fallback, double low, double high, std::string unit,
                          std::string en, std::string zh) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = check::ParameterType::kReal;
  spec.unit = std::move(unit);
  spec.fallback = fallback;
  spec.low = low;
  spec.high = high;
  spec.meaning = {std::move(en), std::move(zh)};
  return spec;
}

check::ParameterSpec Choice(std::string name, std::vector<std::string> choices, std::string en,
                            std::string zh) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = check::ParameterType::kText;
  spec.fallback = choices.front();
  spec.choices = std::move(choices);
  spec.meaning = {std::move(en), std::move(zh)};
  return spec;
}

check::ParameterSpec ThresholdSpec() {
  return Real("threshold", 0, 0, 0, "", "answers of a lower score do not count", "低于该得分的结果不计");
}

std::unique_ptr<EventInput> AtThreshold(const EventInput& input, double threshold, std::int64_t& left_out) {
  auto kept = std::make_unique<EventInput>(input);
  std::vector<Event>& events = kept->answers.events;
  left_out = static_cast<std::int64_t>(
      std::erase_if(events, [&](const Event& event) { return event.score < threshold; }));
  for (auto& of : kept->answers_of) of.clear();
  for (std::size_t i = 0; i < events.size(); ++i) {
    kept->answers_of[static_cast<std::size_t>(events[i].source)].push_back(i);
  }
  return kept;
}

}  // namespace cupel::algorithm::event
