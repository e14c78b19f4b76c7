// SPDX-License-Identifier: Apache-2.0
// cupel evidence timestamp request|attach: asks a time-stamp authority, by the user's hand, and keeps its
// answer.
#include <fmt/format.h>

#include "cupel/base/clock.h"
#include "cupel/base/file.h"
#include "cupel/cli/evidence_command.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/stamp/stamp.h"

namespace cupel::cli {
namespace {

using ledger::evidence::TrustPolicy;
using ledger::stamp::AttachOptions;
using ledger::stamp::Stamp;

struct Arguments {
  std::string file;
  std::string out;
  std::string response;
  std::string request;
  std::string trust;
  bool beside = false;
};

Status Request(Session& session, const Arguments& arguments) {
  CUPEL_TRY(const Bytes request, ledger::stamp::RequestFor(arguments.file));
  CUPEL_TRY_STATUS(WriteFileAtomic(arguments.out, request));
  session.Print(
      fmt::format(
          "{} asks for a time stamp of the signature in {}; nothing was sent\n"
          "send it to an authority, for example with\n"
          "  curl -H 'Content-Type: application/timestamp-query' --data-binary @{} -o response.tsr URL\n"
          "and keep the answer with\n"
          "  cupel evidence timestamp attach {} --request {} --response response.tsr\n",
          arguments.out, arguments.file, arguments.out, arguments.file, arguments.out),
      Json::Object{{"file", arguments.file}, {"request", arguments.out}});
  return {};
}

Status Attach(Session& session, const Arguments& arguments) {
  CUPEL_TRY(const Bytes response, ReadFile(arguments.response, ledger::stamp::kMaxStampBytes));
  AttachOptions options;
  options.beside = arguments.beside;
  if (!arguments.request.empty()) {
    CUPEL_TRY(options.request, ReadFile(arguments.request, ledger::stamp::kMaxStampBytes));
  }
  if (!arguments.trust.empty()) {
    CUPEL_TRY(const TrustPolicy policy, TrustPolicy::Load(arguments.trust));
    options.authority = policy.Timestamps();
    if (!options.authority) {
      return Fail(ErrorCode::kInvalidArgument, "no time-stamp authority is trusted", arguments.trust,
                  "name its certificate under \"timestamp\"");
    }
  }
  auto stamp = ledger::stamp::Attach(arguments.file, response, options);
  if (!stamp) return FailAt(arguments.response, std::move(stamp).error());
  session.Print(fmt::format("stamped  {}, {}\nkept in  {}\n", FormatUtc(stamp->unix_seconds),
                            stamp->verified ? session.Styled("verified", "green")
                                            : "by the response's own word: give --trust to check who stamped",
                            stamp->file.string()),
                Json::Object{{"time", FormatUtc(stamp->unix_seconds)},
                             {"verified", stamp->verified},
                             {"file", stamp->file.string()}});
  return {};
}

}  // namespace

void AddEvidenceTimestamp(CLI::App& evidence, Session& session) {
  CLI::App* timestamp =
      AddCommand(evidence, "timestamp", "Has a signature stamped by a time-stamp authority (RFC 3161).",
                 "  cupel evidence timestamp request run/ledger/checkpoint --out request.tsq\n");
  timestamp->require_subcommand(1);
  auto arguments = std::make_shared<Arguments>();
  CLI::App* request =
      AddCommand(*timestamp, "request", "Writes a request to send to any authority; sends nothing.",
                 "  cupel evidence timestamp request run/ledger/checkpoint --out request.tsq\n");
  request->add_option("file", arguments->file, "A bundle (*.sigstore.json), or the checkpoint of a ledger")
      ->required();
  request->add_option("--out,-o", arguments->out, "File to write")->required();
  OnRun(request, session, [&session, arguments] { return Request(session, *arguments); });

  CLI::App* attach =
      AddCommand(*timestamp, "attach", "Keeps an authority's answer as a time stamp.",
                 "  cupel evidence timestamp attach run/ledger/checkpoint --request request.tsq "
                 "--response response.tsr\n");
  attach->add_option("file", arguments->file, "What was stamped")->required();
  attach->add_option("--response", arguments->response, "The authority's answer (DER)")->required();
  attach->add_option("--request", arguments->request, "The request that was sent: its nonce must come back");
  attach->add_option("--trust", arguments->trust,
                     "Authorities to believe: a trust.toml, or a certificate in a "
                     "file timestamp*.pem");
  attach->add_flag("--beside", arguments->beside,
                   "Keep it in a file beside, and the bundle as it is (evidence of a run: always)");
  OnRun(attach, session, [&session, arguments] { return Attach(session, *arguments); });
}

}  // namespace cupel::cli
