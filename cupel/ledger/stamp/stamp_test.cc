// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/stamp/stamp.h"

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/time_stamper_for_test.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/merkle/checkpoint.h"
#include "cupel/ledger/merkle/tree.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::stamp {
namespace {

using crypto::SigningKey;
using crypto::TimestampAuthority;
using crypto::TimeStamperForTest;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using evidence::Bundle;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kAt = 1'764'000'000;
constexpr const char* kOrigin = "example.com/log";

class StampTest : public ::testing::Test {
 protected:
  StampTest() {
    std::filesystem::create_directories(folder_ / "run/evidence");
    std::filesystem::create_directories(folder_ / "run/ledger");
    Write(loose_, bundle_.ToText());
    Write(in_run_, bundle_.ToText());
    Write(checkpoint_, CheckpointOf(3));
  }

  static void Write(const std::filesystem::path& file, std::string_view text) {
    ASSERT_THAT(WriteFileAtomic(file, text), IsOk());
  }
  static std::string Read(const std::filesystem::path& file) { return ReadTextFile(file).value_or("?"); }

  std::string CheckpointOf(std::uint64_t size) const {
    const merkle::Checkpoint checkpoint{kOrigin, size, crypto::Sha256(AsBytes(std::to_string(size))), {}};
    return merkle::SignNote(checkpoint.ToText(), kOrigin, log_key_)->ToText();
  }

  /// Asks, gets an answer, keeps it.
  Result<Stamp> StampIt(const std::filesystem::path& file, AttachOptions options = {},
                        std::int64_t at = kAt) const {
    CUPEL_TRY(Bytes request, RequestFor(file));
    const Bytes response = stamper_.Answer(request, at);
    options.request = std::move(request);
    return Attach(file, response, options);
  }

  static std::optional<TimestampAuthority> Trusting(const TimeStamperForTest& stamper) {
    return TimestampAuthority::FromPem(stamper.CertificatePem()).value();
  }

  const cupel::testing::ScratchFolder folder_;
  const SigningKey key_ = SigningKey::Generate().value();
  const crypto::LogKey log_key_ = crypto::LogKey::Generate();
  const TimeStamperForTest stamper_;
  const TimeStamperForTest stranger_;
  const Bundle bundle_ = Bundle::Of(evidence::SignEnvelope("text/plain", {'x'}, key_));
  const std::filesystem::path loose_ = folder_ / "pgd.sigstore.json";
  const std::filesystem::path in_run_ = folder_ / "run/evidence/0001-inspect.pgd.sigstore.json";
  const std::filesystem::path checkpoint_ = folder_ / "run/ledger/checkpoint";
};

TEST_F(StampTest, StampsTheSignature) {
  EXPECT_THAT(SignatureIn(bundle_.ToText()), IsOkAndHolds(bundle_.envelope.signatures[0].signature.der));
  CUPEL_ASSERT_OK(const Bytes of_log, SignatureIn(CheckpointOf(3)));
  EXPECT_EQ(of_log.size(), 64U);
  CUPEL_ASSERT_OK(const auto note, merkle::SignedNote::Parse(CheckpointOf(3)));
  EXPECT_EQ(of_log, note.signatures[0].signature);
}

TEST_F(StampTest, ACosignatureDoesNotChangeWhatIsStampedOfACheckpoint) {
  CUPEL_ASSERT_OK(auto note, merkle::SignedNote::Parse(CheckpointOf(3)));
  CUPEL_ASSERT_OK(const auto witness, merkle::SignNote(note.text, "witness.example", log_key_));
  note.signatures.insert(note.signatures.begin(), witness.signatures[0]);
  EXPECT_EQ(SignatureIn(note.ToText()).value(), SignatureIn(CheckpointOf(3)).value());
}

TEST_F(StampTest, ASecondSignatureUnderTheLogsNameIsRefused) {
  // Else somebody could have had bytes stamped long ago and put them in front of what the log signs today.
  CUPEL_ASSERT_OK(auto note, merkle::SignedNote::Parse(CheckpointOf(3)));
  note.signatures.insert(note.signatures.begin(), {kOrigin, 7, Bytes(64, 1)});
  EXPECT_THAT(SignatureIn(note.ToText()), HasError(ErrorCode::kCorrupt, HasSubstr("got 2")));
  note.signatures = {{"witness.example", 7, Bytes(64, 1)}};
  EXPECT_THAT(SignatureIn(note.ToText()), HasError(ErrorCode::kCorrupt, HasSubstr("got 0")));
}

TEST_F(StampTest, OtherFilesHaveNoSignature) {
  for (const char* text : {"", "{}", "[]", "hello", "example.com/log\n3\n", "\n\n", R"({"mediaType":"x"})"}) {
    EXPECT_FALSE(SignatureIn(text).has_value()) << text;
  }
  Write(folder_ / "other.json", "{}");
  EXPECT_THAT(RequestFor(folder_ / "other.json"), HasError(ErrorCode::kCorrupt, HasSubstr("other.json")));
  EXPECT_THAT(RequestFor(folder_ / "absent.json"), HasError(ErrorCode::kNotFound, HasSubstr("absent.json")));
}

TEST_F(StampTest, NamesTheFileBeside) {
  const std::pair<const char*, const char*> cases[] = {
      {"a/0001-inspect.pgd.sigstore.json", "a/0001-inspect.pgd.tsr"},
      {"pgd.json", "pgd.tsr"},
      {"checkpoint", "checkpoint.tsr"},
      {".json", ".json.tsr"},
      {"x.sigstore", "x.tsr"},
      {"a.json.json", "a.json.tsr"}};
  for (const auto& [file, beside] : cases) EXPECT_EQ(StampFileOf(file), beside) << file;
}

TEST_F(StampTest, ALooseBundleKeepsItInside) {
  CUPEL_ASSERT_OK(const Stamp kept, StampIt(loose_));
  EXPECT_EQ(kept.file, loose_);
  EXPECT_EQ(kept.unix_seconds, kAt);
  EXPECT_FALSE(kept.verified);
  EXPECT_FALSE(std::filesystem::exists(StampFileOf(loose_)));
  CUPEL_ASSERT_OK(Bundle read, Bundle::Parse(Read(loose_)));
  ASSERT_EQ(read.timestamps.size(), 1U);
  read.timestamps.clear();
  EXPECT_EQ(read, bundle_) << "nothing else changed";
}

TEST_F(StampTest, EvidenceOfARunAndACheckpointKeepItBeside) {
  for (const auto& file : {in_run_, checkpoint_}) {
    const std::string before = Read(file);
    CUPEL_ASSERT_OK(const Stamp kept, StampIt(file));
    EXPECT_EQ(kept.file, StampFileOf(file));
    EXPECT_EQ(Read(file), before) << "digests of the file hold";
    CUPEL_ASSERT_OK(const auto stamps, StampsOf(file, Trusting(stamper_)));
    ASSERT_EQ(stamps.size(), 1U);
    EXPECT_EQ(stamps[0].file, StampFileOf(file));
    EXPECT_EQ(stamps[0].unix_seconds, kAt);
    EXPECT_TRUE(stamps[0].verified);
  }
}

TEST_F(StampTest, EvidenceOfARunIsFoundFromInsideItsFolder) {
  const auto here = std::filesystem::current_path();
  std::filesystem::current_path(in_run_.parent_path());
  const auto kept = StampIt(in_run_.filename());
  std::filesystem::current_path(here);
  CUPEL_ASSERT_OK(const Stamp stamp, kept);
  EXPECT_EQ(stamp.file, StampFileOf(in_run_.filename()));
}

TEST_F(StampTest, ALooseBundleStaysAsItIsWhenAsked) {
  ASSERT_THAT(StampIt(loose_, {.beside = true}), IsOk());
  EXPECT_EQ(Read(loose_), bundle_.ToText());
  ASSERT_THAT(StampIt(loose_, {}, kAt + 5), IsOk());
  CUPEL_ASSERT_OK(const auto stamps, StampsOf(loose_, Trusting(stamper_)));
  ASSERT_EQ(stamps.size(), 2U) << "inside, then beside";
  EXPECT_EQ(stamps[0].unix_seconds, kAt + 5);
  EXPECT_EQ(stamps[1].unix_seconds, kAt);
}

TEST_F(StampTest, WithoutAnAuthorityAStampIsItsOwnWord) {
  ASSERT_THAT(StampIt(loose_), IsOk());
  CUPEL_ASSERT_OK(const auto unchecked, StampsOf(loose_, std::nullopt));
  ASSERT_EQ(unchecked.size(), 1U);
  EXPECT_FALSE(unchecked[0].verified);
  EXPECT_THAT(StampsOf(loose_, Trusting(stranger_)),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("pgd.sigstore.json: rfc3161Timestamps[0]")));
}

TEST_F(StampTest, AFileWithoutStampsHasNone) {
  for (const auto& file : {loose_, in_run_, checkpoint_})
    EXPECT_THAT(StampsOf(file, Trusting(stamper_)), IsOkAndHolds(IsEmpty()));
}

TEST_F(StampTest, AStampBesideMustBeOverTheSignature) {
  const Bytes other = stamper_.Stamp(AsBytes("something else"), kAt);
  for (const auto& file : {loose_, in_run_, checkpoint_}) {
    const auto beside = StampFileOf(file);
    Write(beside, AsText(other));
    for (const auto& authority : {Trusting(stamper_), std::optional<TimestampAuthority>()}) {
      EXPECT_THAT(StampsOf(file, authority),
                  HasError(ErrorCode::kVerificationFailed,
                           AllOf(HasSubstr(beside.string()), HasSubstr("over other bytes"))));
    }
    Write(beside, "hello");
    EXPECT_THAT(StampsOf(file, std::nullopt), HasError(ErrorCode::kCorrupt, HasSubstr(beside.string())));
  }
}

TEST_F(StampTest, NothingIsKeptThatDoesNotHold) {
  CUPEL_ASSERT_OK(const Bytes request, RequestFor(loose_));
  const Bytes response = stamper_.Answer(request, kAt);
  const auto attach = [&](const Bytes& answer, const AttachOptions& options) {
    const auto status = Attach(loose_, answer, options);
    EXPECT_EQ(Read(loose_), bundle_.ToText());
    EXPECT_FALSE(std::filesystem::exists(StampFileOf(loose_)));
    return status;
  };
  EXPECT_THAT(attach({1, 2, 3}, {.request = request}), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(attach(stamper_.Stamp(AsBytes("other"), kAt), {}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("other bytes")));
  EXPECT_THAT(attach(response, {}), HasError(ErrorCode::kInvalidArgument, HasSubstr("no request")));
  CUPEL_ASSERT_OK(const Bytes another, RequestFor(loose_));
  EXPECT_THAT(attach(response, {.request = another}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("nonce")));
  EXPECT_THAT(attach(response, {.request = request, .authority = Trusting(stranger_)}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("does not hold")));
  EXPECT_THAT(attach(stamper_.Answer(AsBytes("no request"), kAt), {.request = request}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("granted no time stamp")));
}

TEST_F(StampTest, AResponseWithoutANonceNeedsNoRequest) {
  CUPEL_ASSERT_OK(const Bytes signature, SignatureIn(bundle_.ToText()));
  EXPECT_THAT(Attach(loose_, stamper_.Stamp(signature, kAt), {.authority = Trusting(stamper_)}), IsOk());
}

TEST_F(StampTest, SaysThatAnAuthorityVouches) {
  CUPEL_ASSERT_OK(const Stamp kept, StampIt(loose_, {.authority = Trusting(stamper_)}));
  EXPECT_TRUE(kept.verified);
}

TEST_F(StampTest, TheSameStampIsKeptOnce) {
  CUPEL_ASSERT_OK(const Bytes request, RequestFor(loose_));
  const Bytes response = stamper_.Answer(request, kAt);
  ASSERT_THAT(Attach(loose_, response, {.request = request}), IsOk());
  EXPECT_THAT(Attach(loose_, response, {.request = request}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("already")));
  // Beside, the response may have been written to its place at once.
  Write(StampFileOf(in_run_), AsText(response));
  EXPECT_THAT(Attach(in_run_, response, {.request = request}), IsOk());
}

TEST_F(StampTest, AFileBesideIsNotOverwritten) {
  ASSERT_THAT(StampIt(in_run_), IsOk());
  const std::string kept = Read(StampFileOf(in_run_));
  EXPECT_THAT(StampIt(in_run_), HasError(ErrorCode::kInvalidArgument, HasSubstr("0001-inspect.pgd.tsr")));
  EXPECT_EQ(Read(StampFileOf(in_run_)), kept);
  Write(StampFileOf(in_run_), "somebody's notes");
  EXPECT_THAT(StampIt(in_run_), HasError(ErrorCode::kInvalidArgument));
  EXPECT_EQ(Read(StampFileOf(in_run_)), "somebody's notes");
}

TEST_F(StampTest, AGrownLogIsStampedAgain) {
  ASSERT_THAT(StampIt(checkpoint_), IsOk());
  EXPECT_THAT(StampIt(checkpoint_), HasError(ErrorCode::kInvalidArgument, HasSubstr("already")));
  Write(checkpoint_, CheckpointOf(4));
  EXPECT_THAT(StampsOf(checkpoint_, Trusting(stamper_)), HasError(ErrorCode::kVerificationFailed));
  ASSERT_THAT(StampIt(checkpoint_, {}, kAt + 9), IsOk());
  CUPEL_ASSERT_OK(const auto stamps, StampsOf(checkpoint_, Trusting(stamper_)));
  ASSERT_EQ(stamps.size(), 1U);
  EXPECT_EQ(stamps[0].unix_seconds, kAt + 9);
}

TEST_F(StampTest, EveryByteOfAStampBesideCountsOrChangesNothing) {
  ASSERT_THAT(StampIt(in_run_), IsOk());
  const std::string good = Read(StampFileOf(in_run_));
  int believed = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 4);
    Write(StampFileOf(in_run_), bad);
    const auto stamps = StampsOf(in_run_, Trusting(stamper_));
    if (!stamps) continue;
    ++believed;
    ASSERT_EQ(stamps->size(), 1U);
    EXPECT_EQ((*stamps)[0].unix_seconds, kAt) << "byte " << i;
  }
  EXPECT_LT(believed, 40) << "of " << good.size();
}

}  // namespace
}  // namespace cupel::ledger::stamp
