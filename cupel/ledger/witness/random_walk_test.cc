// SPDX-License-Identifier: Apache-2.0
// Long random lives of a witness: two logs with several histories each, a store that fails before or after it
// has written, restarts at any moment, replays of old requests. Whatever was answered with 200, at whatever
// time, must be one history a log; a careless twin must be caught by the same walk.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <random>

#include "cupel/crypto/hash.h"
#include "cupel/ledger/witness/signer_for_test.h"
#include "cupel/ledger/witness/witness.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::witness {
namespace {

constexpr std::uint64_t kSize = 16;

/// What survives a restart.
struct Disk {
  std::map<Digest, std::string> notes;
  std::uint32_t faults = 0;  ///< One in this many saves fails; 0 for none.
  bool forgets = false;      ///< The careless twin: it says that it kept what it did not.
  std::mt19937* random = nullptr;
};

class FaultyStore : public Store {
 public:
  explicit FaultyStore(Disk& disk) : disk_(disk) {}
  Result<std::optional<std::string>> Load(const Digest& hash) const override {
    const auto found = disk_.notes.find(hash);
    return found == disk_.notes.end() ? std::optional<std::string>() : std::optional(found->second);
  }
  Status Save(const Digest& hash, const std::string& note) override {
    const bool faulty = disk_.faults != 0 && (*disk_.random)() % disk_.faults == 0;
    if (faulty && disk_.forgets) return {};
    const bool written = !faulty || (*disk_.random)() % 2 == 0;
    if (written) disk_.notes[hash] = note;
    if (faulty) return Fail(ErrorCode::kResourceLimit, "the disk is full");
    return {};
  }
  Status SaveConflict(const Digest&, const std::string&) override { return {}; }

 private:
  Disk& disk_;
};

/// One log, its histories, and all that was ever cosigned of it.
struct Life {
  SigningLog log;
  std::vector<merkle::Tree> histories;
  std::map<std::uint64_t, Digest> cosigned;  ///< By size.
  bool two_faced = false;

  Life(const std::string& origin, std::uint8_t key) : log(origin, key) {
    histories.push_back(History(kSize));
    for (const std::uint64_t shared : {2, 5, 9, 13}) {
      histories.push_back(History(kSize, shared, fmt::format("fork {}", shared)));
    }
  }

  /// Whether `root` at `size` and all that was cosigned before are of one of the histories.
  void Remember(std::uint64_t size, const Digest& root) {
    const auto same = cosigned.emplace(size, root).first;
    const auto holds = [&](const merkle::Tree& tree) {
      for (const auto& [at, seen] : cosigned) {
        if (tree.RootAt(at).value() != seen) return false;
      }
      return true;
    };
    two_faced = two_faced || same->second != root || std::ranges::none_of(histories, holds);
  }
};

struct Walk {
  int cosigned = 0;
  int refused = 0;
  int failed = 0;
  bool two_faced = false;
};

Walk WalkFor(std::uint32_t seed, int steps, bool forgets) {
  std::mt19937 random(seed);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  Disk disk{{}, 5, forgets, &random};
  ManualClock clock(1'700'000'000);
  std::vector<Life> lives;
  lives.emplace_back("example.com/log", 1);
  lives.emplace_back("example.com/other", 2);
  std::unique_ptr<Witness> witness;
  Walk walk;
  for (int step = 0; step < steps; ++step) {
    if (!witness || below(10) == 0) {
      witness = Witness::Create(WitnessKey("example.com/w", 7), {lives[0].log.Known(), lives[1].log.Known()},
                                std::make_unique<FaultyStore>(disk), clock)
                    .value();
    }
    clock.Advance(static_cast<double>(below(3)));
    Life& life = lives[below(lives.size())];
    const merkle::Tree& history = life.histories[below(life.histories.size())];
    const std::uint64_t size = below(kSize + 1);
    // Mostly the old size that the witness would tell.
    std::uint64_t old_size = below(size + 1);
    const auto kept = disk.notes.find(crypto::Sha256(AsBytes(life.log.origin())));
    if (kept != disk.notes.end() && below(4) != 0) {
      old_size = Seen::Parse(kept->second, witness->Verifier())->checkpoint.size;
    }
    if (old_size > size) old_size = size;
    const Answer answer = witness->Add(life.log.Request(history, old_size, size).ToText());
    walk.cosigned += answer.status == 200 ? 1 : 0;
    walk.failed += answer.status == 500 ? 1 : 0;
    walk.refused += answer.status == 409 || answer.status == 422 ? 1 : 0;
    if (answer.status == 200) life.Remember(size, history.RootAt(size).value());
  }
  walk.two_faced = lives[0].two_faced || lives[1].two_faced;
  return walk;
}

TEST(RandomWalk, NoLifeOfAWitnessEndsWithTwoHistories) {
  Walk all;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    const Walk walk = WalkFor(seed, 60, false);
    EXPECT_FALSE(walk.two_faced) << "seed " << seed;
    all.cosigned += walk.cosigned;
    all.failed += walk.failed;
    all.refused += walk.refused;
  }
  EXPECT_GT(all.cosigned, 200);
  EXPECT_GT(all.refused, 200);
  EXPECT_GT(all.failed, 20);
}

TEST(RandomWalk, AStoreThatForgetsIsCaught) {
  int caught = 0;
  for (std::uint32_t seed = 0; seed < 60; ++seed) caught += WalkFor(seed, 60, true).two_faced ? 1 : 0;
  EXPECT_GT(caught, 0);
}

}  // namespace
}  // namespace cupel::ledger::witness
