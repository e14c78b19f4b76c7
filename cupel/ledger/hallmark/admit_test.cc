// SPDX-License-Identifier: Apache-2.0
// The call for devices, on real files: a ledger on disk, witnesses that cosign it, a model with external
// data.
#include "cupel/ledger/hallmark/admit.h"

#include "cupel/base/file.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/ledger/hallmark/issue.h"
#include "cupel/ledger/identity/model_identity.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;

class AdmitTest : public ::testing::Test {
 protected:
  AdmitTest() {
    Write("face.onnx", "the graph");
    Write("weights/a.bin", "some weights");
    Write("weights/b.bin", "more weights");
    AppendMany("leaf");
    IssueRequest request;
    const Hallmark valid = world_.Valid();
    const auto identity = identity::Identify(folder_ / "face.onnx", External()).value();
    request.run = {{identity.name, identity.file_sha256, identity.root},
                   valid.plan,
                   valid.assessment,
                   valid.inputs,
                   {false, true, false, false}};
    request.risk = RiskClass::kE2;
    request.conditions = valid.conditions;
    IssuedHallmark issued = Issue(request, world_.hallmark_key, ledger_, world_.issued_at).value();
    payload_ = crypto::Sha256(issued.bundle.envelope.payload);
    // Two witnesses cosign, and the receipt is taken anew under their lines.
    issued.receipt.checkpoint = Cosign();
    issued.bundle =
        WithReceipt(issued.bundle, world_.hallmark_key.Public(), issued.receipt, ledger_.Verifier()).value();
    Write("face.hallmark.json", issued.bundle.ToText());
    Write("face.hallmark.tlog-proof", issued.receipt.ToText());
    Write("trust/log.policy", world_.PolicyText("group q 2 w1 w2 w3\nquorum q\n"));
    EXPECT_THAT(crypto::SavePublicKey(folder_ / "trust/hallmark.pub.pem", world_.hallmark_key.Public()),
                IsOk());
    EXPECT_THAT(crypto::SavePublicKey(folder_ / "trust/evidence.pub.pem", world_.evidence_key.Public()),
                IsOk());
    policy_.trust = folder_ / "trust";
    policy_.ledger = folder_ / "ledger";
    policy_.external_data = External();
    policy_.context = {"gate-7", "access-control", "eu", GuardLevel::kEnforce, {RiskClass::kE2}};
    policy_.clock = &clock_;
  }

  static std::vector<std::filesystem::path> External() { return {"weights/a.bin", "weights/b.bin"}; }

  void Write(const std::string& name, std::string_view text) const {
    ASSERT_THAT(MakeFolder((folder_ / name).parent_path()), IsOk());
    ASSERT_THAT(WriteFileAtomic(folder_ / name, text), IsOk());
  }

  void Append(const std::string& text) { ASSERT_THAT(ledger_.Append(AsBytes(text)), IsOk()); }

  /// More than a tile.
  void AppendMany(const std::string& text) {
    std::vector<Bytes> leaves;
    for (int i = 0; i < 300; ++i) {
      const std::string leaf = text + std::to_string(i);
      leaves.emplace_back(leaf.begin(), leaf.end());
    }
    ASSERT_THAT(ledger_.Append(leaves), IsOk());
  }

  /// Puts the witnesses' lines under the checkpoint on disk.
  std::string Cosign() {
    merkle::SignedNote note = merkle::SignedNote::Parse(ledger_.Note()).value();
    for (const int i : {0, 2}) {
      note.signatures.push_back(GateWorld::Witness(i).Sign(note.text, clock_.UnixSeconds()).value());
    }
    Write("ledger/checkpoint", note.ToText());
    return note.ToText();
  }

  std::string Code() const {
    const Admission admission = admit(folder_ / "face.onnx", folder_ / "face.hallmark.json", policy_);
    return std::string(AdmissionCodeName(admission.code));
  }

  const GateWorld world_;
  const ScratchFolder folder_;
  ManualClock clock_{world_.issued_at};
  log::Log ledger_ = log::Log::Create(folder_ / "ledger", GateWorld::LogKeyOf(1), world_.origin).value();
  Digest payload_;
  AdmissionPolicy policy_;
};

TEST_F(AdmitTest, AdmitsAHallmarkedModel) {
  EXPECT_EQ(Code(), "admitted");
  std::filesystem::remove(folder_ / "face.hallmark.tlog-proof");  // the bundle has its own
  EXPECT_EQ(Code(), "admitted");
}

TEST_F(AdmitTest, EveryByteOfTheModelCounts) {
  for (const char* name : {"face.onnx", "weights/a.bin", "weights/b.bin"}) {
    const std::string good = ReadTextFile(folder_ / name).value();
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 1);
      Write(name, bad);
      ASSERT_EQ(Code(), "model-mismatch") << name << " " << i;
    }
    Write(name, good + "x");
    EXPECT_EQ(Code(), "model-mismatch") << name;
    std::filesystem::remove(folder_ / name);
    EXPECT_EQ(Code(), "model-unreadable") << name;
    Write(name, good);
  }
  EXPECT_EQ(Code(), "admitted");
}

TEST_F(AdmitTest, EveryExternalFileMustBeListedUnderItsName) {
  policy_.external_data = {"weights/a.bin"};
  EXPECT_EQ(Code(), "model-mismatch");
  policy_.external_data = {};
  EXPECT_EQ(Code(), "model-mismatch");
  policy_.external_data = {"weights/b.bin", "weights/a.bin"};  // the order is the manifest's own
  EXPECT_EQ(Code(), "admitted");
  std::filesystem::rename(folder_ / "weights/a.bin", folder_ / "weights/c.bin");
  policy_.external_data = {"weights/c.bin", "weights/b.bin"};
  EXPECT_EQ(Code(), "model-mismatch");
}

TEST_F(AdmitTest, MissingFilesAreRefusalsWithTheirCodes) {
  const auto without = [&](const char* name) {
    std::filesystem::rename(folder_ / name, folder_ / "hidden");
    const std::string code = Code();
    std::filesystem::rename(folder_ / "hidden", folder_ / name);
    return code;
  };
  EXPECT_EQ(without("trust"), "trust-root");
  EXPECT_EQ(without("trust/hallmark.pub.pem"), "trust-root");
  EXPECT_EQ(without("trust/log.policy"), "trust-root");
  EXPECT_EQ(without("face.hallmark.json"), "bundle-unreadable");
  EXPECT_EQ(without("face.onnx"), "model-unreadable");
  EXPECT_EQ(without("ledger/checkpoint"), "checkpoint-missing");
  EXPECT_EQ(without("ledger"), "checkpoint-missing");
  EXPECT_EQ(without("ledger/tile"), "ledger-unreadable");
  EXPECT_EQ(without("ledger/tile/1"), "ledger-unreadable");
  EXPECT_EQ(Code(), "admitted");
}

TEST_F(AdmitTest, LaterLeavesDoNotMatterButRevocationsDo) {
  AppendMany("later");
  Cosign();
  EXPECT_EQ(Code(), "admitted");
  const auto revocation = Revoke(payload_, "model-defect", world_.hallmark_key).value();
  ASSERT_THAT(AppendBundle(revocation, world_.hallmark_key.Public(), ledger_), IsOk());
  EXPECT_EQ(Code(), "checkpoint-quorum") << "the new checkpoint has no cosignatures yet";
  Cosign();
  EXPECT_EQ(Code(), "revoked");
}

TEST_F(AdmitTest, ARuntimeWithoutTheNewLedgerRefusesWhenItIsStale) {
  clock_.Advance(30 * kDay);
  EXPECT_EQ(Code(), "admitted");
  clock_.Advance(1);
  EXPECT_EQ(Code(), "checkpoint-stale");
  Cosign();
  EXPECT_EQ(Code(), "admitted");
  clock_.Advance(-kDay);
  EXPECT_EQ(Code(), "clock-behind");
}

TEST_F(AdmitTest, ACheckpointFileIsEnoughWhileTheHallmarkIsTheLastLeaf) {
  policy_.ledger = folder_ / "ledger/checkpoint";
  EXPECT_EQ(Code(), "admitted");
  Append("one more");
  Cosign();
  EXPECT_EQ(Code(), "ledger-unreadable");
}

TEST_F(AdmitTest, AHallmarkIsVerifiedWithoutModelAndMachine) {
  const auto code = [&] {
    return std::string(AdmissionCodeName(VerifyHallmark(folder_ / "face.hallmark.json", policy_).code));
  };
  policy_.context = {};
  std::filesystem::remove(folder_ / "face.onnx");
  EXPECT_EQ(code(), "admitted");
  EXPECT_EQ(Code(), "model-unreadable") << "verifying is no permission to run";
  const std::string good = ReadTextFile(folder_ / "face.hallmark.json").value();
  for (std::size_t i = 0; i < good.size(); i += 7) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    Write("face.hallmark.json", bad);
    ASSERT_NE(code(), "admitted") << i;
  }
  Write("face.hallmark.json", good);
  clock_.Advance(31 * kDay);
  EXPECT_EQ(code(), "checkpoint-stale");
  const auto revocation = Revoke(payload_, "model-defect", world_.hallmark_key).value();
  ASSERT_THAT(AppendBundle(revocation, world_.hallmark_key.Public(), ledger_), IsOk());
  Cosign();
  EXPECT_EQ(code(), "revoked");
}

TEST_F(AdmitTest, AFalseReceiptBesideTheHallmarkIsRefused) {
  Write("face.hallmark.tlog-proof", "c2sp.org/tlog-proof@v1\n");
  EXPECT_EQ(Code(), "receipt-false");
  Write("newer.tlog-proof", "x");
  policy_.receipt = folder_ / "newer.tlog-proof";
  EXPECT_EQ(Code(), "receipt-false");
}

}  // namespace
}  // namespace cupel::ledger::hallmark
