// SPDX-License-Identifier: Apache-2.0
// CPU time that a query attack itself spends on one query of a 28 x 28 image, one thread: everything but the
// model. The model is one dot product, timed beside it; compare with the forward pass of executor_bench.
#include <benchmark/benchmark.h>

#include <limits>
#include <vector>

#include "cupel/algorithm/inspect/boundary_attack.h"
#include "cupel/algorithm/inspect/hop_skip_jump.h"
#include "cupel/algorithm/inspect/simba_attack.h"
#include "cupel/algorithm/inspect/square_attack.h"
#include "cupel/base/reproducible_stream.h"

namespace {

using namespace cupel::algorithm::inspect;  // NOLINT: a benchmark names little else

constexpr std::size_t kFeatures = 784;
const std::vector<std::int64_t> kShape = {1, 28, 28};

/// A linear model of two classes whose boundary lies within the box.
struct Linear {
  std::vector<float> original;
  std::vector<float> weights;
  std::vector<float> logits = {0, 0};
  Linear() {
    cupel::ReproducibleStream stream(1, "query-bench");
    for (std::size_t i = 0; i < kFeatures; ++i) {
      original.push_back(stream.Uniform(0.3F, 0.7F));
      weights.push_back(stream.Uniform(-1, 1));
    }
  }
  std::span<const float> Answer(std::span<const float> x) {
    float sum = 0;
    for (std::size_t i = 0; i < kFeatures; ++i) sum += weights[i] * (x[i] - original[i]);
    logits[0] = 1.0F - sum;
    return logits;
  }
};

void Model(benchmark::State& state) {
  Linear model;
  std::vector<float> x(kFeatures, 0.5F);
  for (auto _ : state) benchmark::DoNotOptimize(model.Answer(x).data());
}
BENCHMARK(Model);

void Query(benchmark::State& state, const Attack& attack, Norm norm, double epsilon) {
  Linear model;
  std::vector<float> x(kFeatures);
  std::unique_ptr<Walk> walk;
  std::int64_t index = 0;
  for (auto _ : state) {
    if (!walk || !walk->Next(x)) {
      walk = attack.Begin({.original = model.original,
                           .shape = kShape,
                           .original_index = index++,
                           .goal = {.label = 0},
                           .class_count = 2,
                           .threat = {.norm = norm, .epsilon = epsilon},
                           .seed = 1,
                           .stream = "bench"});
      walk->Next(x);
    }
    walk->See(model.Answer(x), {});
  }
}

constexpr double kAny = std::numeric_limits<double>::infinity();

void Square(benchmark::State& state, Norm norm, double epsilon) {
  Query(state, *MakeSquareAttack({.queries = 5000}), norm, epsilon);
}
BENCHMARK_CAPTURE(Square, linf, Norm::kLinf, 1e-4);
BENCHMARK_CAPTURE(Square, l2, Norm::kL2, 1e-3);

void HopSkipJump(benchmark::State& state, Norm norm) {
  Query(state, *MakeHopSkipJumpAttack({.queries = 5000}), norm, kAny);
}
BENCHMARK_CAPTURE(HopSkipJump, l2, Norm::kL2);
BENCHMARK_CAPTURE(HopSkipJump, linf, Norm::kLinf);

void Boundary(benchmark::State& state) {
  Query(state, *MakeBoundaryAttack({.queries = 5000}), Norm::kL2, kAny);
}
BENCHMARK(Boundary);

void Simba(benchmark::State& state, SimbaBasis basis) {
  Query(state, *MakeSimbaAttack({.queries = 5000, .basis = basis}), Norm::kL2, 1e-3);
}
BENCHMARK_CAPTURE(Simba, dct, SimbaBasis::kDct);
BENCHMARK_CAPTURE(Simba, pixel, SimbaBasis::kPixel);

}  // namespace

BENCHMARK_MAIN();
