// SPDX-License-Identifier: Apache-2.0
// Event evaluation on one thread. Peers, CPU seconds on the same kind of machine: sed_eval 0cb1b6d on data
// made as here, event-based 0.139 s, segment-based 1.15 s; psds_eval b8d82c0 on the DCASE 2019 task 4 set
// that it ships (1168 recordings, 9 operating points), counts and three scores, 1.26 s, where ours took 0.004
// s.
#include <benchmark/benchmark.h>

#include <string>

#include "cupel/algorithm/event/event_based.h"
#include "cupel/algorithm/event/intersection.h"
#include "cupel/algorithm/event/segment_based.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::event {
namespace {

/// 1000 recordings of a minute with ten categories: five true events each, and answers near most of them.
std::unique_ptr<EventInput> Recordings() {
  ReproducibleStream stream(1, "event_bench");
  Annotations truth;
  for (int i = 0; i < 10; ++i) truth.categories.push_back("c" + std::to_string(i));
  for (int i = 0; i < 1000; ++i) {
    Source& source = truth.sources.emplace_back();
    source.name = "r" + std::to_string(i);
    source.duration = 60;
  }
  Annotations answers = truth;
  for (std::int32_t i = 0; i < 1000; ++i) {
    for (int k = 0; k < 5; ++k) {
      Event event;
      event.source = i;
      event.category = static_cast<std::int32_t>(stream.Below(10));
      event.start = 50 * stream.UniformDouble();
      event.end = event.start + 8 * stream.UniformDouble();
      truth.events.push_back(event);
      for (std::uint64_t copies = stream.Below(3); copies > 0; --copies) {
        Event answer = event;
        answer.start += 0.3 * stream.UniformDouble();
        answer.end += 0.3 + 0.3 * stream.UniformDouble();
        answer.score = stream.UniformDouble();
        answers.events.push_back(answer);
      }
    }
  }
  Result<std::unique_ptr<EventInput>> input = EventInput::Create(std::move(truth), std::move(answers));
  CUPEL_CHECK(input.has_value());
  return *std::move(input);
}

void EventBased(benchmark::State& state) {
  const auto input = Recordings();
  for (auto _ : state) benchmark::DoNotOptimize(MatchEvents(*input, {}).tally.overall.data());
}
BENCHMARK(EventBased)->Unit(benchmark::kMillisecond);

void SegmentBased(benchmark::State& state) {
  const auto input = Recordings();
  for (auto _ : state) benchmark::DoNotOptimize(TallySegments(*input, {}).has_value());
}
BENCHMARK(SegmentBased)->Unit(benchmark::kMillisecond);

/// Ten operating points, and then 2000 weighted replicates of the score.
void Psds(benchmark::State& state) {
  const auto input = Recordings();
  std::vector<std::vector<std::size_t>> points(10);
  for (std::size_t i = 0; i < input->answers.events.size(); ++i) {
    for (std::size_t k = 0; k < points.size(); ++k) {
      if (input->answers.events[i].score >= 0.1 * static_cast<double>(k)) points[k].push_back(i);
    }
  }
  const std::vector<double> once(input->sources.size(), 1.0);
  for (auto _ : state) {
    const auto counts = CountIntersections(*input, points, {});
    CUPEL_CHECK(counts.has_value());
    for (std::int64_t replicate = 0; replicate < state.range(0); ++replicate) {
      benchmark::DoNotOptimize(ComputePsds(*counts, once, {}).score);
    }
  }
}
BENCHMARK(Psds)->Arg(1)->Arg(2000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cupel::algorithm::event
