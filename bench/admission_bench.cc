// SPDX-License-Identifier: Apache-2.0
// What admission costs beyond hashing the model: trust root, bundle, signatures, receipts, witnesses, and the
// leaves since the hallmark, all read from disk. Argument: how many leaves followed the hallmark. Without a
// position all of them are read each time. With one that was brought up to date before, none, or with
// `New100` the hundred that are new since; the position then is put back before each admission.
#include <benchmark/benchmark.h>

#include "cupel/ledger/hallmark/gate_site_for_test.h"

namespace {

using namespace cupel;                    // NOLINT(google-build-using-namespace): one file
using namespace cupel::ledger;            // NOLINT(google-build-using-namespace)
using namespace cupel::ledger::hallmark;  // NOLINT(google-build-using-namespace)

/// A model of 1 MiB, its hallmark of class E3 in a ledger with two of three witnesses, and `leaves` leaves
/// behind it.
struct Site : GateSite {
  explicit Site(std::int64_t leaves) : GateSite({RiskClass::kE3, 0, {{"face.onnx", Bytes(1 << 20, 7)}}}) {
    Grow(leaves);
  }

  /// Leaves as they are: records of envelopes.
  void Grow(std::int64_t leaves) {
    const auto bundle = evidence::Bundle::Parse(Read("face.hallmark.json")).value();
    const std::vector<Bytes> later(static_cast<std::size_t>(leaves), bundle.tlog_entries[0].body);
    if (!later.empty()) CUPEL_CHECK(ledger.Append(later).has_value());
    Cosign();
  }

  void Remember() {
    CUPEL_CHECK(MakeFolder(folder / "state").has_value());
    policy.position = {folder / "state/position", folder / "keys/position.key.pem"};
    CUPEL_CHECK(Ask().admitted());
  }
};

void Measure(benchmark::State& state, const Site& site) {
  for (auto _ : state) {
    const Admission admission = site.Ask();
    if (!admission.admitted()) state.SkipWithError(admission.message.c_str());
  }
}

void Hashing(benchmark::State& state) {
  const Site site(0);
  for (auto _ : state) benchmark::DoNotOptimize(identity::Identify(site.Model()));
}
BENCHMARK(Hashing)->Unit(benchmark::kMillisecond);

void HashingAndAdmission(benchmark::State& state) { Measure(state, Site(state.range(0))); }

void WithPosition(benchmark::State& state) {
  Site site(state.range(0));
  site.Remember();
  Measure(state, site);
}

void WithPositionNew100(benchmark::State& state) {
  Site site(state.range(0));
  site.Remember();
  const std::string position = site.Read("state/position");
  site.Grow(100);
  for (auto _ : state) {
    state.PauseTiming();
    site.Write("state/position", position);
    state.ResumeTiming();
    const Admission admission = site.Ask();
    if (!admission.admitted()) state.SkipWithError(admission.message.c_str());
  }
}

BENCHMARK(HashingAndAdmission)->Unit(benchmark::kMillisecond)->Arg(0)->Arg(1000)->Arg(10000)->Arg(100000);
BENCHMARK(WithPosition)->Unit(benchmark::kMillisecond)->Arg(0)->Arg(1000)->Arg(10000)->Arg(100000);
BENCHMARK(WithPositionNew100)->Unit(benchmark::kMillisecond)->Arg(0)->Arg(1000)->Arg(10000)->Arg(100000);

}  // namespace

BENCHMARK_MAIN();
