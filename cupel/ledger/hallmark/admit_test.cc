// SPDX-License-Identifier: Apache-2.0
// The call for devices, on real files: a ledger on disk, witnesses that cosign it, a model with external
// data.
#include "cupel/ledger/hallmark/admit.h"

#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "cupel/ledger/hallmark/gate_site_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

class AdmitTest : public ::testing::Test {
 protected:
  std::string Code() const { return site_.Code(); }
  void Write(const std::string& name, std::string_view text) const { site_.Write(name, text); }

  GateSite site_{{}};
  const cupel::testing::ScratchFolder& folder_ = site_.folder;
  AdmissionPolicy& policy_ = site_.policy;
  ManualClock& clock_ = site_.clock;
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
  site_.AppendMany(300, "later");
  site_.Cosign();
  EXPECT_EQ(Code(), "admitted");
  site_.Revoke();
  EXPECT_EQ(Code(), "checkpoint-quorum") << "the new checkpoint has no cosignatures yet";
  site_.Cosign();
  EXPECT_EQ(Code(), "revoked");
}

TEST_F(AdmitTest, ARuntimeWithoutTheNewLedgerRefusesWhenItIsStale) {
  clock_.Advance(30 * kDay);
  EXPECT_EQ(Code(), "admitted");
  clock_.Advance(1);
  EXPECT_EQ(Code(), "checkpoint-stale");
  site_.Cosign();
  EXPECT_EQ(Code(), "admitted");
  clock_.Advance(-kDay);
  EXPECT_EQ(Code(), "clock-behind");
}

TEST_F(AdmitTest, ACheckpointFileIsEnoughWhileTheHallmarkIsTheLastLeaf) {
  policy_.ledger = folder_ / "ledger/checkpoint";
  EXPECT_EQ(Code(), "admitted");
  site_.AppendMany(1, "one more");
  site_.Cosign();
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
  site_.Revoke();
  site_.Cosign();
  EXPECT_EQ(code(), "revoked");
}

TEST_F(AdmitTest, AFalseReceiptBesideTheHallmarkIsRefused) {
  Write("face.hallmark.tlog-proof", "c2sp.org/tlog-proof@v1\n");
  EXPECT_EQ(Code(), "receipt-false");
  Write("newer.tlog-proof", "x");
  policy_.receipt = folder_ / "newer.tlog-proof";
  EXPECT_EQ(Code(), "receipt-false");
}

/// The same site with a memory.
class RememberingTest : public AdmitTest {
 protected:
  RememberingTest() {
    CUPEL_CHECK(MakeFolder(folder_ / "state").has_value());
    policy_.position = {folder_ / "state/position", folder_ / "keys/position.key.pem"};
  }

  /// The whole of the ledger's folder as it is now.
  void Keep(const char* name) const { Copy("ledger", name); }
  void PutBack(const char* name) const {
    std::filesystem::remove_all(folder_ / "ledger");
    Copy(name, "ledger");
  }

 private:
  void Copy(const char* from, const char* to) const {
    std::filesystem::copy(folder_ / from, folder_ / to, std::filesystem::copy_options::recursive);
  }
};

TEST_F(RememberingTest, ReadsTheLeavesOnceAndNeedsNoneOfThemAgain) {
  site_.AppendMany(600, "later");
  site_.Cosign();
  const Admission first = site_.Ask();
  ASSERT_TRUE(first.admitted()) << first.message;
  EXPECT_TRUE(first.position_is_new);
  EXPECT_EQ(first.read_from, 301u);
  std::filesystem::remove(folder_ / "ledger/tile/entries/001");
  std::filesystem::remove(folder_ / "ledger/tile/entries/002");
  EXPECT_EQ(Code(), "admitted");
  policy_.position.reset();
  EXPECT_EQ(Code(), "ledger-unreadable") << "without a memory they are needed";
}

TEST_F(RememberingTest, ARevocationIsNotUndoneByTheFolderFromBefore) {
  ASSERT_EQ(Code(), "admitted");
  Keep("before");
  site_.AppendMany(300, "later");
  site_.Revoke();
  site_.AppendMany(300, "last");
  site_.Cosign();
  EXPECT_EQ(Code(), "revoked");
  PutBack("before");
  EXPECT_EQ(Code(), "ledger-rolled-back");
  EXPECT_EQ(Code(), "ledger-rolled-back") << "also the second time";
  policy_.position.reset();
  EXPECT_EQ(Code(), "admitted") << "that is what a runtime without a memory cannot know";
}

TEST_F(RememberingTest, EveryDamageToThePositionRefuses) {
  ASSERT_EQ(Code(), "admitted");
  const std::string good = site_.Read("state/position");
  for (std::size_t i = 0; i < good.size(); i += 3) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << i % 7));
    Write("state/position", bad);
    EXPECT_EQ(Code(), "position-unreadable") << i;
  }
  Write("state/position", "");
  EXPECT_EQ(Code(), "position-unreadable");
  Write("state/position", good);
  EXPECT_EQ(Code(), "admitted");
  std::filesystem::permissions(folder_ / "keys/position.key.pem", std::filesystem::perms(0644));
  EXPECT_EQ(Code(), "position-unreadable") << "somebody else may know the key";
}

/// Somebody who can write the position but has not the key: the worst that is left is to remove it or to put
/// an older one back, and then the runtime is as one that was never asked since.
TEST_F(RememberingTest, AForgedPositionAdmitsNothing) {
  ASSERT_EQ(Code(), "admitted");
  const std::string older = site_.Read("state/position");
  site_.Revoke();
  site_.Cosign();
  ASSERT_EQ(Code(), "revoked");

  const merkle::SignedNote genuine = merkle::SignedNote::Parse(site_.Read("state/position")).value();
  VerifiedPosition lie = VerifiedPosition::Parse(genuine.text).value();
  lie.ledgers[0].hallmarks[0].revoked.reset();  // read to the end, and nothing found
  Write("state/position", lie.Sign(GateWorld::LogKeyOf(66)).value());
  EXPECT_EQ(Code(), "position-unreadable") << "signed with his own key";
  merkle::SignedNote spliced = genuine;
  spliced.text = lie.ToText();
  Write("state/position", spliced.ToText());
  EXPECT_EQ(Code(), "position-unreadable") << "under the genuine signature";
  Write("state/position", older);
  EXPECT_EQ(Code(), "revoked") << "what is newer than the older position is read again";
  std::filesystem::remove(folder_ / "state/position");
  EXPECT_EQ(Code(), "revoked");
  EXPECT_EQ(Code(), "revoked");
}

TEST_F(RememberingTest, AFolderThatIsNotThereAndOneThatCannotBeWrittenRefuse) {
  ASSERT_EQ(Code(), "admitted");
  std::filesystem::rename(folder_ / "state", folder_ / "away");
  EXPECT_EQ(Code(), "position-unreadable");
  std::filesystem::rename(folder_ / "away", folder_ / "state");
  site_.AppendMany(1, "new");
  site_.Cosign();
  // The new position cannot take the place of a folder that is not empty.
  std::filesystem::remove(folder_ / "state/position");
  std::filesystem::create_directories(folder_ / "state/position/x");
  EXPECT_EQ(Code(), "position-unreadable");
}

TEST_F(RememberingTest, AHallmarkIsVerifiedWithoutTouchingTheMemory) {
  const Admission verified = VerifyHallmark(site_.HallmarkFile(), policy_);
  EXPECT_TRUE(verified.admitted()) << verified.message;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "state/position"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "keys"));
}

TEST_F(RememberingTest, TwoAdmissionsAtOnceTakeTurns) {
  std::vector<std::thread> threads;
  std::vector<std::string> codes(6);
  for (std::string& code : codes) threads.emplace_back([&] { code = Code(); });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& code : codes) EXPECT_EQ(code, "admitted");
}

/// The gate stops at the checkpoint, which is a pipe, so that the model can be exchanged exactly after it was
/// hashed. Whoever loads by the path then runs the other model; whoever kept the bytes runs what was
/// admitted.
TEST_F(AdmitTest, AModelThatIsExchangedAfterHashingIsNotWhatTheKeptBytesAre) {
  const std::string checkpoint = site_.Read("ledger/checkpoint");
  std::filesystem::remove(folder_ / "ledger/checkpoint");
  ASSERT_EQ(::mkfifo((folder_ / "ledger/checkpoint").c_str(), 0600), 0);
  const auto exchange = [&] {
    std::ofstream pipe(folder_ / "ledger/checkpoint");  // waits until the gate reads
    Write("face.onnx", "another graph");
    Write("weights/a.bin", "other weights");
    pipe << checkpoint;
  };
  const auto external = [&](BytesView) -> Result<std::vector<std::filesystem::path>> {
    return policy_.external_data;
  };
  std::optional<ModelBytes> kept;
  std::thread attacker(exchange);
  const Admission admission = admit(
      [&]() -> Result<ModelDigests> {
        CUPEL_TRY(kept, ModelBytes::Read(site_.Model(), external));
        return kept->Digests();
      },
      site_.HallmarkFile(), policy_);
  attacker.join();
  EXPECT_TRUE(admission.admitted()) << admission.message;
  EXPECT_EQ(site_.Read("face.onnx"), "another graph") << "the exchange did not happen";
  EXPECT_EQ(AsText(kept->file), "the graph");
  EXPECT_EQ(AsText(kept->external.at("weights/a.bin")), "some weights");

  // Exchanged before, it is refused.
  Write("ledger/checkpoint2", checkpoint);
  std::filesystem::rename(folder_ / "ledger/checkpoint2", folder_ / "ledger/checkpoint");
  EXPECT_EQ(Code(), "model-mismatch");
}

TEST_F(AdmitTest, TheModelIsNotReadWhenSomethingBeforeItIsWrong) {
  std::filesystem::remove(folder_ / "trust/hallmark.pub.pem");
  const Admission refused = admit(
      []() -> Result<ModelDigests> {
        ADD_FAILURE() << "the model was read for nothing";
        return ModelDigests{};
      },
      site_.HallmarkFile(), policy_);
  EXPECT_EQ(AdmissionCodeName(refused.code), "trust-root");
}

TEST_F(AdmitTest, WhatTheDigestsSayIsWhatIsCompared) {
  const auto with = [&](const Result<ModelDigests>& digests) {
    const Admission admission = admit([&] { return digests; }, site_.HallmarkFile(), policy_);
    return std::string(AdmissionCodeName(admission.code));
  };
  const auto identity = identity::Identify(site_.Model(), policy_.external_data).value();
  const ModelDigests right{identity.name, identity.file_sha256, identity.root};
  EXPECT_EQ(with(right), "admitted");
  for (std::size_t byte = 0; byte < Digest::kSize; ++byte) {
    ModelDigests wrong = right;
    wrong.file.bytes[byte] ^= 1;
    EXPECT_EQ(with(wrong), "model-mismatch");
    wrong = right;
    wrong.root.bytes[byte] ^= 1;
    EXPECT_EQ(with(wrong), "model-mismatch");
  }
  EXPECT_EQ(with(Fail(ErrorCode::kNotFound, "gone")), "model-unreadable");
}

}  // namespace
}  // namespace cupel::ledger::hallmark
