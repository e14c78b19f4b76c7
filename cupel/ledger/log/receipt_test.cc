// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/receipt.h"

#include "cupel/ledger/log/leaf.h"
#include "cupel/ledger/log/log.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::log {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

/// A log of twelve leaves, the sixth of which records an envelope.
class ReceiptTest : public ::testing::Test {
 protected:
  ReceiptTest() {
    const evidence::Envelope envelope = evidence::SignEnvelope("application/example", {'{', '}'}, signer_);
    bundle_ = evidence::Bundle::Of(envelope);
    body_ = Leaf::Of(envelope, signer_.Public()).ToBody();
    Log log = Log::Create(folder_.path(), crypto::LogKey::FromSeed(Bytes(32, 3)).value(), "example.com/log")
                  .value();
    for (std::size_t i = 0; i < 12; ++i) EXPECT_THAT(log.Append(i == 5 ? body_ : Bytes{'x'}), IsOk());
    verifier_.push_back(log.Verifier());
    receipt_ = log.Prove(5).value();
    logged_ = bundle_;
    logged_.tlog_entries = {ToTlogEntry(receipt_, body_, log.Verifier()).value()};
  }

  const merkle::NoteVerifier& Verifier() const { return verifier_[0]; }

  const cupel::testing::ScratchFolder folder_;
  const crypto::SigningKey signer_ = crypto::SigningKey::Generate().value();
  std::vector<merkle::NoteVerifier> verifier_;
  evidence::Bundle bundle_;
  evidence::Bundle logged_;
  Bytes body_;
  Receipt receipt_;
};

TEST_F(ReceiptTest, HasTheTextOfTheSpecification) {
  const std::string text = receipt_.ToText();
  EXPECT_THAT(text, ::testing::StartsWith("c2sp.org/tlog-proof@v1\nindex 5\n"));
  EXPECT_THAT(text, HasSubstr("\n\nexample.com/log\n12\n"));
  EXPECT_EQ(receipt_.path.size(), 4u);
}

TEST_F(ReceiptTest, SurvivesItsText) {
  EXPECT_THAT(Receipt::Parse(receipt_.ToText()), IsOkAndHolds(receipt_));
  Receipt with_extra = receipt_;
  with_extra.extra = {'m', 'o', 'r', 'e'};
  EXPECT_THAT(with_extra.ToText(), HasSubstr("@v1\nextra bW9yZQ==\nindex 5\n"));
  EXPECT_THAT(Receipt::Parse(with_extra.ToText()), IsOkAndHolds(with_extra));
}

TEST_F(ReceiptTest, ProvesItsLeafOffline) {
  CUPEL_ASSERT_OK(const merkle::Checkpoint checkpoint, receipt_.Verify(body_, Verifier()));
  EXPECT_EQ(checkpoint.size, 12u);
  EXPECT_THAT(receipt_.Verify(Bytes{'x'}, Verifier()), HasError(ErrorCode::kVerificationFailed));
}

TEST_F(ReceiptTest, EveryFlippedBitIsCaught) {
  const std::string good = receipt_.ToText();
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    const auto receipt = Receipt::Parse(bad);
    EXPECT_TRUE(!receipt || !receipt->Verify(body_, Verifier())) << bad;
  }
}

TEST_F(ReceiptTest, RejectsEveryTruncation) {
  const std::string good = receipt_.ToText();
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto receipt = Receipt::Parse(good.substr(0, size));
    EXPECT_TRUE(!receipt || !receipt->Verify(body_, Verifier())) << size;
  }
}

TEST_F(ReceiptTest, RejectsTextsInAnotherForm) {
  const std::string hash = ToBase64(receipt_.path[0].bytes);
  const std::string many = [&] {
    std::string lines;
    for (int i = 0; i < 64; ++i) lines += hash + "\n";
    return lines;
  }();
  const std::string header = "c2sp.org/tlog-proof@v1\n";
  for (const std::string& text :
       {std::string(), std::string("c2sp.org/tlog-proof@v2\nindex 0\n\nx"), header, header + "index\n\n",
        header + "index 01\n\n", header + "index -1\n\n", header + "index x\n\n",
        header + "extra \nindex 1\n\n", header + "extra bW9yZQ\nindex 1\n\n", header + "index 1\nAAAA\n\n",
        header + "index 1\n" + hash, header + "index 1\nindex 1\n\n", header + "index 1\n" + many + "\n"}) {
    EXPECT_THAT(Receipt::Parse(text), HasError(ErrorCode::kCorrupt)) << text;
  }
}

TEST_F(ReceiptTest, ABundleCarriesItsOwnProof) {
  EXPECT_THAT(VerifyLogged(logged_, Verifier()), IsOkAndHolds(5u));
  CUPEL_ASSERT_OK(const evidence::Bundle again, evidence::Bundle::Parse(logged_.ToText()));
  EXPECT_THAT(VerifyLogged(again, Verifier()), IsOkAndHolds(5u));
}

// One or two bits of every byte, in steps of five so that all eight positions occur: each costs two
// verifications.
TEST_F(ReceiptTest, EveryFlippedByteOfALoggedBundleIsCaught) {
  const std::string good = logged_.ToText();
  const std::vector<crypto::PublicKey> trusted = {signer_.Public()};
  for (std::size_t bit = 0; bit < 8 * good.size(); bit += 5) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << bit % 8));
    const auto bundle = evidence::Bundle::Parse(bad);
    if (!bundle || *bundle == logged_) continue;  // equal: the last newline became other white space
    EXPECT_FALSE(bundle->envelope.Verify(trusted) && VerifyLogged(*bundle, Verifier())) << bad;
  }
}

TEST_F(ReceiptTest, ABundleWithoutItsOwnEntryIsNotLogged) {
  EXPECT_THAT(VerifyLogged(bundle_, Verifier()),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("no log entry")));
  evidence::Bundle other =
      evidence::Bundle::Of(evidence::SignEnvelope("application/example", {'{', '}'}, signer_));
  other.tlog_entries = logged_.tlog_entries;
  EXPECT_THAT(VerifyLogged(other, Verifier()),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("signature")));
  evidence::Bundle twice = logged_;
  twice.tlog_entries.push_back(twice.tlog_entries[0]);
  EXPECT_THAT(VerifyLogged(twice, Verifier()),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("exactly one")));
}

TEST_F(ReceiptTest, NamesWhatIsWrongWithALogEntry) {
  const auto expect = [&](const std::function<void(evidence::TlogEntry&)>& change, const char* named) {
    evidence::Bundle bad = logged_;
    change(bad.tlog_entries[0]);
    EXPECT_THAT(VerifyLogged(bad, Verifier()), HasError(ErrorCode::kVerificationFailed, HasSubstr(named)));
  };
  expect([](auto& e) { e.log_id[0] ^= 1; }, "another log");
  expect([](auto& e) { e.version = "0.0.1"; }, "another kind");
  expect([](auto& e) { e.log_index = 4; }, "root");
  expect([](auto& e) { e.tree_size = 13; }, "size and root");
  expect([](auto& e) { e.root.bytes[0] ^= 1; }, "size and root");
  expect([](auto& e) { e.path.pop_back(); }, "too few");
}

}  // namespace
}  // namespace cupel::ledger::log
