// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The gate's world on a real disk, as a device has it: a model, its hallmark of a class, a ledger that
/// witnesses cosign, a trust root. For tests and benchmarks only.

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cupel/base/file.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/hallmark/admit.h"
#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/ledger/hallmark/issue.h"
#include "cupel/ledger/identity/model_identity.h"
#include "cupel/testing/scratch_folder.h"

namespace cupel::ledger::hallmark {

class GateSite {
 public:
  struct Options {
    RiskClass risk = RiskClass::kE2;
    std::uint64_t leaves_before = 300;  ///< More than a tile.
    /// The model "face.onnx" and its external data.
    std::map<std::string, Bytes> files = {{"face.onnx", BytesOf("the graph")},
                                          {"weights/a.bin", BytesOf("some weights")},
                                          {"weights/b.bin", BytesOf("more weights")}};
  };

  explicit GateSite(const Options& options) {
    for (const auto& [name, bytes] : options.files) {
      Write(name, AsText(bytes));
      if (name != "face.onnx") policy.external_data.emplace_back(name);
    }
    AppendMany(options.leaves_before, "leaf");
    const auto identity = identity::Identify(folder / "face.onnx", policy.external_data).value();
    const Hallmark valid = world.Valid();
    IssueRequest request;
    request.run = {{identity.name, identity.file_sha256, identity.root},
                   valid.plan,
                   valid.assessment,
                   valid.inputs,
                   std::vector<bool>(valid.inputs.size(), false)};
    request.risk = options.risk;
    request.conditions = valid.conditions;
    IssuedHallmark issued = Issue(request, world.hallmark_key, ledger, world.issued_at).value();
    payload = crypto::Sha256(issued.bundle.envelope.payload);
    // Two witnesses cosign, and the receipt is taken anew under their lines.
    issued.receipt.checkpoint = Cosign();
    issued.bundle =
        WithReceipt(issued.bundle, world.hallmark_key.Public(), issued.receipt, ledger.Verifier()).value();
    Write("face.hallmark.json", issued.bundle.ToText());
    Write("face.hallmark.tlog-proof", issued.receipt.ToText());
    Write("trust/log.policy", world.PolicyText("group q 2 w1 w2 w3\nquorum q\n"));
    Write("trust/hallmark.pub.pem", world.hallmark_key.Public().Pem());
    Write("trust/evidence.pub.pem", world.evidence_key.Public().Pem());
    policy.trust = folder / "trust";
    policy.ledger = folder / "ledger";
    policy.context = {"gate-7", "access-control", "eu", RequiredGuard(options.risk), {options.risk}};
    policy.clock = &clock;
  }

  static Bytes BytesOf(std::string_view text) { return Bytes(text.begin(), text.end()); }

  void Write(const std::string& name, std::string_view text) const {
    Must(MakeFolder((folder / name).parent_path()));
    Must(WriteFileAtomic(folder / name, text));
  }
  std::string Read(const std::string& name) const { return ReadTextFile(folder / name).value(); }

  void AppendMany(std::uint64_t count, std::string_view text) {
    std::vector<Bytes> leaves;
    for (std::uint64_t i = 0; i < count; ++i) leaves.push_back(BytesOf(fmt::format("{}{}", text, i)));
    if (!leaves.empty()) CUPEL_CHECK(ledger.Append(leaves).has_value());
  }

  /// Appends a revocation of the hallmark; Cosign makes runtimes see it.
  void Revoke(std::string_view reason = "model-defect") {
    const auto revocation = hallmark::Revoke(payload, reason, world.hallmark_key).value();
    CUPEL_CHECK(AppendBundle(revocation, world.hallmark_key.Public(), ledger).has_value());
  }

  /// Puts the witnesses' lines under the checkpoint on disk, and returns it.
  std::string Cosign() {
    merkle::SignedNote note = merkle::SignedNote::Parse(ledger.Note()).value();
    for (const int i : {0, 2}) {
      note.signatures.push_back(GateWorld::Witness(i).Sign(note.text, clock.UnixSeconds()).value());
    }
    Write("ledger/checkpoint", note.ToText());
    return note.ToText();
  }

  std::filesystem::path Model() const { return folder / "face.onnx"; }
  std::filesystem::path HallmarkFile() const { return folder / "face.hallmark.json"; }
  Admission Ask() const { return admit(Model(), HallmarkFile(), policy); }
  std::string Code() const { return std::string(AdmissionCodeName(Ask().code)); }

  const GateWorld world;
  const cupel::testing::ScratchFolder folder;
  ManualClock clock{world.issued_at};
  log::Log ledger = log::Log::Create(folder / "ledger", GateWorld::LogKeyOf(1), world.origin).value();
  Digest payload;
  AdmissionPolicy policy;

 private:
  static void Must(const Status& status) { CUPEL_CHECK(status.has_value()); }
};

}  // namespace cupel::ledger::hallmark
