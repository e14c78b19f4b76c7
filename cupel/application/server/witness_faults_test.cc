// SPDX-License-Identifier: Apache-2.0
// A witness behind HTTP when something is wrong with its machine: a full disk, a signal in the middle of a
// request. It must never answer 200 for what it has not kept, and keep what it answered.
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <random>

#include "cupel/application/server/http_client.h"
#include "cupel/application/server/sites.h"
#include "cupel/application/server/sockets_for_test.h"
#include "cupel/base/interrupt.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/small_disk.h"

namespace cupel::application::server {
namespace {

using cupel::testing::ScratchFolder;
using cupel::testing::SmallDisk;
using ledger::witness::FileStore;
using ledger::witness::History;
using ledger::witness::SigningLog;
using ledger::witness::Store;
using ledger::witness::Witness;
using ledger::witness::WitnessKey;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kSignature = "\xE2\x80\x94";  // how a line of a signature begins

std::string HashOf(const SigningLog& log) { return crypto::Sha256(AsBytes(log.origin())).Hex(); }

TEST(WitnessFaults, AFullDiskIsA500WithoutASignature) {
  const SmallDisk disk("size=128k");
  if (!disk.IsThere()) GTEST_SKIP() << "needs root";
  const SigningLog log;
  const ledger::merkle::Tree tree = History(40);
  const ManualClock clock(1'700'000'000);
  const auto witness = ledger::witness::WitnessIn(disk / "state", WitnessKey(1), {log.Known()}, clock);
  const RunningServer server(WitnessSite(*witness));
  const auto add = [&](std::uint64_t old_size, std::uint64_t size) {
    return HttpPost(server.Url("/add-checkpoint"), log.Request(tree, old_size, size).ToText()).value();
  };
  ASSERT_EQ(add(0, 5).status, 200);
  {
    std::ofstream filler(disk / "filler");
    while (filler << std::string(4096, 'x') << std::flush) continue;
  }
  for (int i = 0; i < 3; ++i) {
    const HttpReply full = add(5, 9);
    EXPECT_EQ(full.status, 500);
    EXPECT_THAT(full.body, HasSubstr("cannot keep"));
    EXPECT_THAT(full.body, Not(HasSubstr(kSignature)));
  }
  // What it had answered is still served, and the size that it tells is that one.
  EXPECT_THAT(HttpGet(server.Url("/" + HashOf(log) + "/checkpoint"))->body, HasSubstr("\n5\n"));
  EXPECT_EQ(add(0, 9).body, "5\n");
  std::filesystem::remove(disk / "filler");
  EXPECT_EQ(add(5, 9).status, 200);
  EXPECT_EQ(add(0, 9).body, "9\n");
}

/// A disk that takes its time.
class SlowStore : public Store {
 public:
  SlowStore(std::unique_ptr<Store> below, int told) : below_(std::move(below)), told_(told) {}
  Result<std::optional<std::string>> Load(const Digest& hash) const override { return below_->Load(hash); }
  Status Save(const Digest& hash, const std::string& note) override {
    const char now = 's';
    CUPEL_CHECK(::write(told_, &now, 1) == 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    return below_->Save(hash, note);
  }
  Status SaveConflict(const Digest& hash, const std::string& note) override {
    return below_->SaveConflict(hash, note);
  }

 private:
  std::unique_ptr<Store> below_;
  int told_;
};

/// Serves as `cupel ledger witness serve` does, until SIGTERM.
[[noreturn]] void ServeUntilTold(const std::filesystem::path& state, const SigningLog& log, int told) {
  Interrupt::Install();
  auto store = FileStore::Open(state, WitnessKey(1).Verifier()).value();
  const auto witness = Witness::Create(WitnessKey(1), {log.Known()},
                                       std::make_unique<SlowStore>(std::move(store), told), SystemClock())
                           .value();
  auto server = HttpServer::Bind("127.0.0.1", 0, WitnessSite(*witness), {}).value();
  const int port = server.port();
  CUPEL_CHECK(::write(told, &port, sizeof(port)) == sizeof(port));
  ::_exit(server.Run([] { return Interrupt::Requested(); }) ? 0 : 1);
}

TEST(WitnessFaults, ASignalInTheMiddleOfARequestLetsItFinish) {
  const ScratchFolder state;
  const SigningLog log;
  const ledger::merkle::Tree tree = History(9);
  CUPEL_CHECK(FileStore::Create(state / "w", WitnessKey(1).Verifier()).has_value());
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) ServeUntilTold(state / "w", log, ends[1]);
  int port = 0;
  ASSERT_EQ(::read(ends[0], &port, sizeof(port)), static_cast<ssize_t>(sizeof(port)));
  RawClient idle(port);  // says nothing: it must not keep the server
  std::thread killer([&] {
    char now = 0;
    CUPEL_CHECK(::read(ends[0], &now, 1) == 1);  // it is about to keep the checkpoint
    ::kill(child, SIGTERM);
  });
  const auto start = std::chrono::steady_clock::now();
  const auto answer =
      HttpPost(fmt::format("http://127.0.0.1:{}/add-checkpoint", port), log.Request(tree, 0, 9).ToText());
  killer.join();
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "it ends politely";
  EXPECT_LT(SecondsSince(start), 5.0);
  ::close(ends[0]);
  ::close(ends[1]);
  CUPEL_ASSERT_OK(const HttpReply reply, answer);
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr(kSignature));
  CUPEL_ASSERT_OK(const auto store, FileStore::Open(state / "w", WitnessKey(1).Verifier()));
  const auto kept = store->Load(crypto::Sha256(AsBytes(log.origin()))).value();
  ASSERT_TRUE(kept.has_value());
  EXPECT_THAT(*kept, HasSubstr(reply.body)) << "what was answered is what is kept";
}

TEST(WitnessFaults, HostileRequestsLeaveItsMemoryAlone) {
  const ScratchFolder state;
  const SigningLog log;
  const ledger::merkle::Tree tree = History(40);
  const ManualClock clock(1'700'000'000);
  const auto witness = ledger::witness::WitnessIn(state.path(), WitnessKey(1), {log.Known()}, clock);
  const RunningServer server(WitnessSite(*witness));
  const std::string url = server.Url("/add-checkpoint");
  ASSERT_EQ(HttpPost(url, log.Request(tree, 0, 5).ToText())->status, 200);
  const std::string good = log.Request(tree, 5, 9).ToText();
  std::mt19937 random(3);  // NOLINT(cert-msc51-cpp): the same requests in every run
  for (int i = 0; i < 300; ++i) {
    std::string bad = good;
    for (std::size_t n = 1 + random() % 3; n > 0; --n) {
      switch (random() % 4) {
        case 0: bad[random() % bad.size()] = static_cast<char>(random()); break;
        case 1: bad.erase(random() % bad.size(), 1 + random() % 40); break;
        case 2: bad.insert(random() % bad.size(), std::string(1 + random() % 40, 'A')); break;
        default: bad.insert(random() % bad.size(), bad.substr(random() % bad.size(), 60)); break;
      }
    }
    if (bad == good) continue;
    CUPEL_ASSERT_OK(const HttpReply reply, HttpPost(url, bad));
    // A line of a stranger more, or of the log once more, is no harm: then it is the same checkpoint.
    if (reply.status == 200) {
      EXPECT_EQ(bad.substr(0, good.rfind(kSignature)), good.substr(0, good.rfind(kSignature))) << bad;
      ASSERT_EQ(HttpPost(url, good)->status, 409);
      return;
    }
    EXPECT_THAT(reply.status, ::testing::AnyOf(400, 403, 404, 409, 422)) << bad;
    EXPECT_THAT(reply.body, Not(HasSubstr(kSignature)));
  }
  EXPECT_EQ(HttpPost(url, good)->status, 200);
}

/// Every status of the specification, as it comes over the wire.
TEST(WitnessFaults, AnswersOverHttpAsTheSpecificationSays) {
  const ScratchFolder state;
  const SigningLog log;
  const SigningLog stranger("example.com/log", 9);
  const ledger::merkle::Tree tree = History(40);
  const ManualClock clock(1'700'000'000);
  const auto witness = ledger::witness::WitnessIn(state.path(), WitnessKey(1), {log.Known()}, clock);
  const RunningServer server(WitnessSite(*witness));
  const std::string text = "text/plain; charset=utf-8";
  ledger::witness::AddCheckpoint above = log.Request(tree, 0, 3);
  above.old_size = 4;
  ledger::witness::AddCheckpoint empty = log.Request(tree, 0, 0);
  empty.checkpoint = log.Sign(0, tree.Root());
  ledger::witness::AddCheckpoint proof_from_nothing = log.Request(tree, 0, 5);
  proof_from_nothing.proof.push_back(tree.Root());
  struct {
    std::string body;
    int status;
    std::string type;
    std::string says;
  } const cases[] = {
      {"", 400, text, "a request must be"},
      {"old 0\n\nno note\n", 400, text, ""},
      {above.ToText(), 400, text, "the old size 4 is above the checkpoint's 3"},
      {stranger.Request(tree, 0, 5).ToText(), 403, text, "not signed by log"},
      {SigningLog("example.com/unknown").Request(tree, 0, 5).ToText(), 404, text, "unknown log"},
      {empty.ToText(), 422, text, "the root of no leaves"},
      {proof_from_nothing.ToText(), 422, text, ""},
      {log.Request(tree, 5, 9).ToText(), 409, "text/x.tlog.size", "0\n"},
      {log.Request(tree, 0, 5).ToText(), 200, text, kSignature},
      {log.Request(tree, 0, 9).ToText(), 409, "text/x.tlog.size", "5\n"},
      {log.Request(History(9, 3, "fork"), 5, 9).ToText(), 422, text, ""},
      {log.Request(History(5, 3, "fork"), 5, 5).ToText(), 422, text, ""},
      {log.Request(tree, 5, 5).ToText(), 200, text, kSignature},
      {log.Request(tree, 5, 9).ToText(), 200, text, kSignature},
      {log.Request(tree, 0, 5).ToText(), 409, "text/x.tlog.size", "9\n"},
  };
  for (const auto& c : cases) {
    CUPEL_ASSERT_OK(const HttpReply reply, HttpPost(server.Url("/add-checkpoint"), c.body));
    EXPECT_EQ(reply.status, c.status) << c.body << reply.body;
    EXPECT_EQ(reply.content_type, c.type) << c.body;
    EXPECT_THAT(reply.body, HasSubstr(c.says)) << c.body;
    EXPECT_EQ(CountOf(reply.body, kSignature), c.status == 200 ? 1u : 0u) << c.body;
  }
  CUPEL_ASSERT_OK(const HttpReply subtree, HttpPost(server.Url("/sign-subtree"), "subtree 0 4\n"));
  EXPECT_EQ(subtree.status, 404);
  EXPECT_THAT(subtree.body, HasSubstr("does not sign subtrees"));
  EXPECT_EQ(HttpGet(server.Url("/add-checkpoint"))->status, 405);
}

}  // namespace
}  // namespace cupel::application::server
