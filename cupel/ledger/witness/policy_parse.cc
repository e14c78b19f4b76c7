// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cupel/base/nearest.h"
#include "cupel/ledger/witness/policy.h"

namespace cupel::ledger::witness {
namespace {

constexpr std::size_t kMaxPolicyBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxLines = 1024;  // of logs, witnesses and groups together
constexpr std::string_view kNone = "none";

using Words = std::vector<std::string_view>;

tl::unexpected<Error> Wrong(std::string message, std::string remedy = {}) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message), "", std::move(remedy));
}

Words SplitWords(std::string_view line) {
  Words words;
  for (;;) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    const std::size_t end = std::min(line.find_first_of(" \t", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    line.remove_prefix(end);
  }
}

/// Octets from 0x80 on are opaque; of the control characters only tab and newline may appear.
Status CheckCharacters(std::string_view line) {
  for (const char c : line) {
    const auto octet = static_cast<unsigned char>(c);
    if ((octet >= 0x20 && octet != 0x7F) || octet == '\t') continue;
    return Wrong(fmt::format("a policy must not contain the control character 0x{:02x}", octet),
                 octet == '\r' ? "save it with Unix line ends" : "");
  }
  return {};
}

/// A line that has another number of words than it may.
tl::unexpected<Error> WrongForm(const Words& words, std::string_view form) {
  const bool comment =
      std::ranges::any_of(words, [](std::string_view word) { return word.starts_with('#'); });
  return Wrong(fmt::format("expected \"{}\", got {} words", form, words.size()),
               comment ? "a comment must stand on a line of its own" : "");
}

/// A number of a group's members, "any" or "all".
Result<std::size_t> ParseThreshold(std::string_view word, std::size_t members) {
  if (word == "any") return std::size_t{1};
  if (word == "all") return members;
  const auto number = merkle::ParseDecimal(word, "threshold");
  if (!number || *number < 1 || *number > members) {
    return Wrong(fmt::format("a group's threshold must be any, all or 1 to {}, got \"{}\"", members, word));
  }
  return static_cast<std::size_t>(*number);
}

}  // namespace

/// Reads line by line; names are known once their line was read.
class PolicyParser {
 public:
  Result<Policy> Parse(std::string_view text) {
    for (int number = 1; !text.empty(); ++number) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      if (auto status = ReadLine(text.substr(0, end)); !status) {
        return FailAt(fmt::format("line {}", number), std::move(status).error());
      }
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (!has_quorum_) {
      return Wrong("the policy has no quorum line", "end it with \"quorum <name>\" or \"quorum none\"");
    }
    return std::move(policy_);
  }

 private:
  Status ReadLine(std::string_view line) {
    CUPEL_TRY_STATUS(CheckCharacters(line));
    const Words words = SplitWords(line);
    if (words.empty() || words[0].starts_with('#')) return {};
    if (words[0] == "quorum") return ReadQuorum(words);
    if (++lines_ > kMaxLines) {
      return Fail(ErrorCode::kResourceLimit,
                  fmt::format("a policy must have at most {} logs, witnesses and groups", kMaxLines));
    }
    if (words[0] == "log") return ReadLog(words);
    if (words[0] == "witness") return ReadWitness(words);
    if (words[0] == "group") return ReadGroup(words);
    static const std::vector<std::string> kKnown = {"log", "witness", "group", "quorum"};
    return Wrong(fmt::format("unknown word \"{}\"", words[0]), NearestRemedy(words[0], kKnown));
  }

  Status ReadLog(const Words& words) {
    if (words.size() < 2 || words.size() > 3) return WrongForm(words, "log <vkey> [<url>]");
    CUPEL_TRY(merkle::NoteVerifier key, merkle::NoteVerifier::Parse(words[1]));
    for (const Policy::Log& other : policy_.logs_) {
      if (other.key.Key() == key.Key()) {
        return Wrong(fmt::format("the key of log {} stands in the policy twice", key.Name()));
      }
    }
    policy_.logs_.push_back({std::move(key), std::string(words.size() == 3 ? words[2] : "")});
    return {};
  }

  Status ReadWitness(const Words& words) {
    if (words.size() < 3 || words.size() > 4) return WrongForm(words, "witness <name> <vkey> [<url>]");
    CUPEL_TRY(CosignatureVerifier key, CosignatureVerifier::Parse(words[2]));
    for (const Policy::Witness& other : policy_.witnesses_) {
      if (other.key.Key() == key.Key()) {
        return Wrong(fmt::format("witness {} has the key of witness {}", words[1], other.name));
      }
    }
    Policy::Node node;
    node.name = words[1];
    node.witness = policy_.witnesses_.size();
    CUPEL_TRY_STATUS(Define(std::move(node)));
    policy_.witnesses_.push_back(
        {std::string(words[1]), std::move(key), std::string(words.size() == 4 ? words[3] : "")});
    return {};
  }

  Status ReadGroup(const Words& words) {
    if (words.size() < 4) return WrongForm(words, "group <name> <k|any|all> <member> ...");
    Policy::Node node;
    node.name = words[1];
    CUPEL_TRY(node.threshold, ParseThreshold(words[2], words.size() - 3));
    for (const std::string_view word : std::span(words).subspan(3)) {
      if (word == kNone) return Wrong("\"none\" cannot be the member of a group");
      CUPEL_TRY(const std::size_t member, Find(word));
      if (is_member_[member]) {
        return Wrong(fmt::format("\"{}\" is a member of a group already", word),
                     "a name may be the member of one group only, so that no witness counts twice");
      }
      is_member_[member] = true;
      node.members.push_back(member);
    }
    return Define(std::move(node));
  }

  Status ReadQuorum(const Words& words) {
    if (words.size() != 2) return WrongForm(words, "quorum <name|none>");
    if (has_quorum_) return Wrong("a policy must have one quorum line");
    has_quorum_ = true;
    if (words[1] == kNone) return {};
    CUPEL_TRY(policy_.quorum_, Find(words[1]));
    return {};
  }

  Result<std::size_t> Find(std::string_view name) const {
    const auto found = by_name_.find(name);
    if (found != by_name_.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [other, ignored] : by_name_) known.push_back(other);
    return Wrong(fmt::format("no line above this one defines \"{}\"", name),
                 known.empty() ? "" : NearestRemedy(name, known));
  }

  Status Define(Policy::Node node) {
    if (node.name == kNone) return Wrong("the name \"none\" is reserved for the quorum line");
    if (!by_name_.emplace(node.name, policy_.nodes_.size()).second) {
      return Wrong(fmt::format("the name \"{}\" is defined twice", node.name));
    }
    policy_.nodes_.push_back(std::move(node));
    is_member_.push_back(false);
    return {};
  }

  Policy policy_;
  std::map<std::string, std::size_t, std::less<>> by_name_;
  std::vector<bool> is_member_;
  std::size_t lines_ = 0;
  bool has_quorum_ = false;
};

Result<Policy> Policy::Parse(std::string_view text) {
  if (text.size() > kMaxPolicyBytes) {
    return Fail(ErrorCode::kResourceLimit, "a policy must have at most 1 MiB");
  }
  return PolicyParser().Parse(text);
}

}  // namespace cupel::ledger::witness
