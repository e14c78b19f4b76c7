// SPDX-License-Identifier: Apache-2.0
// What admission costs beyond hashing the model: trust root, bundle, signatures, receipts, witnesses, and the
// leaves since the hallmark, all read from disk. Argument: how many leaves followed the hallmark.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include "cupel/base/file.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/hallmark/admit.h"
#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/ledger/hallmark/issue.h"
#include "cupel/ledger/identity/model_identity.h"

namespace {

using namespace cupel;                    // NOLINT(google-build-using-namespace): one file
using namespace cupel::ledger;            // NOLINT(google-build-using-namespace)
using namespace cupel::ledger::hallmark;  // NOLINT(google-build-using-namespace)

void Must(const Status& status) { CUPEL_CHECK(status.has_value()); }

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cupel-bench-XXXXXX").string();
    CUPEL_CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A model of 1 MiB, its hallmark of class E3 in a ledger with two of three witnesses, and `leaves` leaves
/// behind it.
struct Site {
  GateWorld world;
  TemporaryFolder folder;
  ManualClock clock{world.issued_at};
  AdmissionPolicy policy;

  explicit Site(std::int64_t leaves) {
    Must(WriteFileAtomic(folder / "face.onnx", Bytes(1 << 20, 7)));
    log::Log ledger = log::Log::Create(folder / "ledger", GateWorld::LogKeyOf(1), world.origin).value();
    Must(MakeFolder(folder / "trust"));
    Must(crypto::SavePublicKey(folder / "trust/hallmark.pub.pem", world.hallmark_key.Public()));
    Must(WriteFileAtomic(folder / "trust/log.policy", world.PolicyText("group q 2 w1 w2 w3\nquorum q\n")));
    const Hallmark valid = world.Valid();
    const auto identity = identity::Identify(folder / "face.onnx").value();
    IssueRequest request;
    request.run = {{identity.name, identity.file_sha256, identity.root},
                   valid.plan,
                   valid.assessment,
                   valid.inputs,
                   std::vector<bool>(valid.inputs.size(), false)};
    request.risk = RiskClass::kE3;
    IssuedHallmark issued = Issue(request, world.hallmark_key, ledger, world.issued_at).value();
    issued.receipt.checkpoint = Cosigned(ledger.Note());
    issued.bundle =
        WithReceipt(issued.bundle, world.hallmark_key.Public(), issued.receipt, ledger.Verifier()).value();
    Must(WriteFileAtomic(folder / "face.hallmark.json", issued.bundle.ToText()));
    Must(WriteFileAtomic(folder / "face.hallmark.tlog-proof", issued.receipt.ToText()));
    // Leaves as they are: records of envelopes.
    std::vector<Bytes> later(static_cast<std::size_t>(leaves), issued.bundle.tlog_entries[0].body);
    if (!later.empty()) CUPEL_CHECK(ledger.Append(later).has_value());
    Must(WriteFileAtomic(folder / "ledger/checkpoint", Cosigned(ledger.Note())));
    policy.trust = folder / "trust";
    policy.ledger = folder / "ledger";
    policy.context.guard = GuardLevel::kFailClosed;
    policy.clock = &clock;
  }

  std::string Cosigned(const std::string& text) const {
    merkle::SignedNote note = merkle::SignedNote::Parse(text).value();
    for (const int i : {0, 1}) {
      note.signatures.push_back(GateWorld::Witness(i).Sign(note.text, clock.UnixSeconds()).value());
    }
    return note.ToText();
  }
};

void Hashing(benchmark::State& state) {
  const Site site(0);
  for (auto _ : state) benchmark::DoNotOptimize(identity::Identify(site.folder / "face.onnx"));
}
BENCHMARK(Hashing)->Unit(benchmark::kMillisecond);

void HashingAndAdmission(benchmark::State& state) {
  const Site site(state.range(0));
  for (auto _ : state) {
    const Admission admission =
        admit(site.folder / "face.onnx", site.folder / "face.hallmark.json", site.policy);
    if (!admission.admitted()) state.SkipWithError(admission.message.c_str());
  }
}
BENCHMARK(HashingAndAdmission)->Unit(benchmark::kMillisecond)->Arg(0)->Arg(100)->Arg(1000)->Arg(10000);

}  // namespace

BENCHMARK_MAIN();
