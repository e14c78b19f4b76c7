// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/server/sites.h"

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::server {
namespace {

using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ledger::witness::SigningLog;
using ::testing::HasSubstr;

class LedgerSiteTest : public ::testing::Test {
 protected:
  LedgerSiteTest() {
    SigningLog().Grow(folder_.path(), "leaf", 300);
    EXPECT_THAT(WriteFileAtomic(folder_ / "ledger.key.pem", std::string_view("secret"), 0600), IsOk());
  }
  HttpReply Get(std::string_view path) const { return site_.get(path); }

  const ScratchFolder folder_;
  const Site site_ = LedgerSite(folder_.path());
};

TEST_F(LedgerSiteTest, ServesEveryFileOfTheLogWithItsTypeAndItsCaching) {
  const HttpReply checkpoint = Get("/checkpoint");
  EXPECT_EQ(checkpoint.status, 200);
  EXPECT_EQ(checkpoint.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(checkpoint.cache_control, "no-cache");
  EXPECT_EQ(checkpoint.body, ReadTextFile(folder_ / "checkpoint").value());
  for (const char* path :
       {"tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"}) {
    const HttpReply tile = Get(std::string("/") + path);
    EXPECT_EQ(tile.status, 200) << path;
    EXPECT_EQ(tile.content_type, "application/octet-stream");
    EXPECT_THAT(tile.cache_control, HasSubstr("immutable"));
    EXPECT_EQ(tile.body, ReadTextFile(folder_ / path).value());
  }
}

TEST_F(LedgerSiteTest, ReadsNothingElse) {
  for (const std::string& path : {std::string(),
                                  std::string("/"),
                                  std::string("checkpoint"),
                                  std::string("//checkpoint"),
                                  std::string("/checkpoint/"),
                                  std::string("/./checkpoint"),
                                  std::string("/ledger.key.pem"),
                                  std::string("/tile"),
                                  std::string("/tile/"),
                                  std::string("/tile/0"),
                                  std::string("/tile/0/../0/000"),
                                  std::string("/tile/0/000/../../../ledger.key.pem"),
                                  std::string("/../checkpoint"),
                                  std::string("/tile/entries/../../ledger.key.pem"),
                                  std::string("/tile/0/0"),
                                  std::string("/tile/00/000"),
                                  std::string("/tile/0/000.p/0"),
                                  std::string("/tile/0/000.p/044"),
                                  std::string("/tile/0/002"),
                                  std::string("/tile/8/000"),
                                  std::string("/tile/0/000\0", 12),
                                  std::string("/etc/passwd"),
                                  std::string("/tile/0/x000/000"),
                                  std::string(8000, '/'),
                                  std::string("/checkpoint\0", 12)}) {
    EXPECT_EQ(Get(path).status, 404) << path;
  }
}

TEST_F(LedgerSiteTest, HandsOutNoTileThatTheCheckpointDoesNotCover) {
  // What an interrupted append leaves; cached for ever it would stand against the tile that comes instead.
  for (const char* path : {"tile/0/001.p/45", "tile/entries/001.p/45", "tile/0/002.p/1"}) {
    ASSERT_THAT(MakeFolder((folder_ / path).parent_path()), IsOk());
    ASSERT_THAT(WriteFileAtomic(folder_ / path, std::string_view("half")), IsOk());
    EXPECT_EQ(Get(std::string("/") + path).status, 404) << path;
  }
}

TEST_F(LedgerSiteTest, AnEmptyOrUnreadableFolderIsNotFound) {
  ASSERT_THAT(WriteFileAtomic(folder_ / "checkpoint", std::string_view("torn")), IsOk());
  EXPECT_EQ(Get("/tile/0/000").status, 404);
  EXPECT_EQ(LedgerSite(folder_ / "absent").get("/checkpoint").status, 404);
}

TEST(WitnessSite, MapsTheTwoCalls) {
  const ScratchFolder folder;
  const SigningLog log;
  const ManualClock clock(1'700'000'000);
  const auto witness =
      ledger::witness::WitnessIn(folder.path(), ledger::witness::WitnessKey(1), {log.Known()}, clock);
  const Site site = WitnessSite(*witness);
  const std::string hash = crypto::Sha256(AsBytes(log.origin())).Hex();
  const auto& add = site.post.at("/add-checkpoint");
  EXPECT_EQ(site.get("/" + hash + "/checkpoint").status, 404);
  const auto note = log.Sign(0, ledger::merkle::EmptyRoot());
  const HttpReply added = add("old 0\n\n" + note.ToText());
  EXPECT_EQ(added.status, 200);
  EXPECT_EQ(site.get("/" + hash + "/checkpoint").body, note.ToText() + added.body);
  EXPECT_EQ(add("nonsense").status, 400);
  for (const std::string& path :
       {std::string(), std::string("/"), std::string("/checkpoint"), std::string("//checkpoint"), "/" + hash,
        "/" + hash + "/checkpoint/", "/../" + hash + "/checkpoint", "/" + hash + "/conflict"}) {
    EXPECT_EQ(site.get(path).status, 404) << path;
  }
}

}  // namespace
}  // namespace cupel::application::server
