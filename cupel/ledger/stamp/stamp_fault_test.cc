// SPDX-License-Identifier: Apache-2.0
// Stamps in random order against a model, under full and read-only disks, and cut at every length.
#include "cupel/base/file.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/crypto/time_stamper_for_test.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/stamp/stamp.h"
#include "cupel/testing/small_disk.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::stamp {
namespace {

using crypto::TimestampAuthority;
using crypto::TimeStamperForTest;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using cupel::testing::SmallDisk;
using evidence::Bundle;
using ::testing::HasSubstr;

constexpr std::int64_t kAt = 1'764'000'000;

class StampFault : public ::testing::Test {
 protected:
  static std::string Read(const std::filesystem::path& file) { return ReadTextFile(file).value_or("?"); }

  std::filesystem::path NewBundle(const std::filesystem::path& folder) const {
    const std::filesystem::path file = folder / "pgd.sigstore.json";
    EXPECT_THAT(WriteFileAtomic(file, bundle_.ToText()), IsOk());
    return file;
  }

  const Bundle bundle_ =
      Bundle::Of(evidence::SignEnvelope("text/plain", {'x'}, crypto::SigningKey::Generate().value()));
  const Bytes signature_ = bundle_.envelope.signatures[0].signature.der;
  const TimeStamperForTest stamper_;
  const TimeStamperForTest stranger_;
  const std::optional<TimestampAuthority> authority_ =
      TimestampAuthority::FromPem(stamper_.CertificatePem()).value();
};

TEST_F(StampFault, WhateverIsAttachedTheGoodStampsAreThereAndNothingElse) {
  for (std::uint64_t walk = 0; walk < 12; ++walk) {
    ReproducibleStream random(5, "stamp-walk", walk, 0);
    const ScratchFolder folder;
    const std::filesystem::path file = NewBundle(folder.path());
    std::vector<std::int64_t> inside;  // the model: times, in order
    std::optional<std::int64_t> beside;
    std::vector<Bytes> kept;
    for (int i = 0; i < 20; ++i) {
      const std::int64_t at = kAt + 100 * static_cast<std::int64_t>(walk) + i;
      const bool is_beside = random.Below(4) == 0;
      const AttachOptions options{.beside = is_beside, .authority = authority_};
      switch (random.Below(4)) {
        case 0: EXPECT_FALSE(Attach(file, stranger_.Stamp(signature_, at), options).has_value()); break;
        case 1:
          EXPECT_FALSE(Attach(file, stamper_.Stamp(bundle_.envelope.payload, at), options).has_value());
          break;
        case 2:
          if (kept.empty()) break;
          EXPECT_FALSE(Attach(file, kept[random.Below(kept.size())], {.authority = authority_}).has_value());
          break;
        default: {
          const Bytes response = stamper_.Stamp(signature_, at);
          const bool attached = Attach(file, response, options).has_value();
          ASSERT_EQ(attached, !is_beside || !beside) << "walk " << walk << ", step " << i;
          if (is_beside && !beside) beside = at;
          if (is_beside) break;
          inside.push_back(at);
          kept.push_back(response);
        }
      }
    }
    std::vector<std::int64_t> expected = inside;
    if (beside) expected.push_back(*beside);
    CUPEL_ASSERT_OK(const auto stamps, StampsOf(file, authority_));
    std::vector<std::int64_t> found;
    for (const Stamp& stamp : stamps) found.push_back(stamp.unix_seconds);
    EXPECT_EQ(found, expected) << "walk " << walk;
  }
}

TEST_F(StampFault, AFullDiskLeavesTheBundleAsItWas) {
  const SmallDisk disk("size=16k");
  if (!disk.IsThere()) GTEST_SKIP() << "needs root to mount a small disk";
  const std::filesystem::path file = NewBundle(disk.path());
  ASSERT_THAT(WriteFileAtomic(disk / "filler", std::string(12'288, 'x')), IsOk());
  const Bytes response = stamper_.Stamp(signature_, kAt);
  for (const bool beside : {false, true}) {
    EXPECT_THAT(Attach(file, response, {.beside = beside}), HasError(ErrorCode::kResourceLimit));
    EXPECT_EQ(Read(file), bundle_.ToText());
    EXPECT_FALSE(std::filesystem::exists(StampFileOf(file)));
  }
  std::filesystem::remove(disk / "filler");
  EXPECT_THAT(Attach(file, response, {}), IsOk()) << "and with room it is kept";
}

TEST_F(StampFault, AReadOnlyDiskIsReadAndNotWritten) {
  const SmallDisk disk("size=64k");
  if (!disk.IsThere()) GTEST_SKIP() << "needs root to mount a small disk";
  const std::filesystem::path file = NewBundle(disk.path());
  const Bytes response = stamper_.Stamp(signature_, kAt);
  ASSERT_THAT(Attach(file, response, {.beside = true}), IsOk());
  disk.MakeReadOnly();
  EXPECT_THAT(RequestFor(file), IsOk());
  EXPECT_EQ(StampsOf(file, authority_)->size(), 1U);
  EXPECT_THAT(Attach(file, response, {}), HasError(ErrorCode::kPermission, HasSubstr("pgd.sigstore.json")));
}

TEST_F(StampFault, AResponseCutAnywhereIsUnreadableAndNotKept) {
  const ScratchFolder folder;
  const std::filesystem::path file = NewBundle(folder.path());
  const Bytes response = stamper_.Stamp(signature_, kAt);
  for (std::size_t size = 0; size < response.size(); ++size) {
    EXPECT_THAT(Attach(file, BytesView(response).first(size), {.authority = authority_}),
                HasError(ErrorCode::kCorrupt))
        << size;
  }
  EXPECT_EQ(Read(file), bundle_.ToText());
  Bytes longer = response;
  longer.push_back(0);
  EXPECT_THAT(Attach(file, longer, {}), HasError(ErrorCode::kCorrupt));
}

TEST_F(StampFault, AFileBesideThatIsNoFileIsAnError) {
  const ScratchFolder folder;
  const std::filesystem::path file = NewBundle(folder.path());
  std::filesystem::create_directory(StampFileOf(file));
  EXPECT_FALSE(StampsOf(file, authority_).has_value());
  EXPECT_FALSE(Attach(file, stamper_.Stamp(signature_, kAt), {.beside = true}).has_value());
}

TEST_F(StampFault, AnOversizedFileBesideIsNotRead) {
  const ScratchFolder folder;
  const std::filesystem::path file = NewBundle(folder.path());
  ASSERT_THAT(WriteFileAtomic(StampFileOf(file), std::string(kMaxStampBytes + 1, 'x')), IsOk());
  EXPECT_THAT(StampsOf(file, authority_), HasError(ErrorCode::kResourceLimit, HasSubstr("pgd.tsr")));
}

}  // namespace
}  // namespace cupel::ledger::stamp
