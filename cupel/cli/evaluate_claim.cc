// SPDX-License-Identifier: Apache-2.0
// cupel evaluate claim: what trials support a claimed error rate, and whether it can be what it is called.
#include "cupel/cli/evaluate_claim.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "cupel/algorithm/biometric/claim.h"
#include "cupel/algorithm/check/result_json.h"

namespace cupel::cli {
namespace {

using algorithm::biometric::Claim;
using algorithm::biometric::ClaimVerdict;
using algorithm::biometric::Figure;
using algorithm::biometric::Judgement;
using algorithm::check::Text;

struct ClaimArguments {
  Claim claim;
  std::int64_t subjects = 0;
  std::vector<std::string> beside;
};

/// "FRR=0.03".
Result<Figure> ParseFigure(const std::string& text) {
  const std::size_t equals = text.find('=');
  Figure figure{text.substr(0, equals), 0};
  if (equals != std::string::npos) {
    const char* const last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + equals + 1, last, figure.value);
    if (end == last && error == std::errc()) return figure;
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("expected RATE=VALUE, got \"{}\"", text), "--beside",
              "for example FRR=0.03");
}

Json ToJson(const Claim& claim, const Judgement& judgement) {
  Json json = Json::Object{{"metric", claim.metric},
                           {"value", claim.value},
                           {"errors", claim.errors},
                           {"trials", claim.trials},
                           {"level", claim.level},
                           {"verdict", ClaimVerdictName(judgement.verdict)},
                           {"plausible", judgement.is_plausible},
                           {"observed", judgement.observed},
                           {"upperBound", judgement.upper_bound},
                           {"lowerBound", judgement.lower_bound},
                           {"interval", algorithm::check::ToJson(judgement.interval)},
                           {"neededWithoutError", judgement.needed_without_error},
                           {"neededWithErrors", judgement.needed_with_errors},
                           {"neededForRuleOf30", judgement.needed_for_rule_of_30},
                           {"meetsRuleOf30", judgement.meets_rule_of_30}};
  if (claim.subjects) json["subjects"] = *claim.subjects;
  if (judgement.upper_bound_by_subjects) json["upperBoundBySubjects"] = *judgement.upper_bound_by_subjects;
  json["reasons"] = Json::Array{};
  for (const Text& reason : judgement.reasons) json["reasons"].Append(algorithm::check::ToJson(reason));
  return json;
}

Status Judge(Session& session, ClaimArguments arguments) {
  if (arguments.subjects != 0) arguments.claim.subjects = arguments.subjects;
  for (const std::string& text : arguments.beside) {
    CUPEL_TRY(Figure figure, ParseFigure(text));
    arguments.claim.beside.push_back(std::move(figure));
  }
  CUPEL_TRY(const Judgement judgement, algorithm::biometric::JudgeClaim(arguments.claim));
  const bool is_supported = judgement.verdict == ClaimVerdict::kSupported;
  std::string text =
      session.Styled(std::string(ClaimVerdictName(judgement.verdict)), is_supported ? "green" : "red");
  if (!judgement.is_plausible) text += ", " + session.Styled("implausible", "yellow");
  text += '\n';
  for (const Text& reason : judgement.reasons) text += fmt::format("  {}\n  {}\n", reason.en, reason.zh);
  session.Print(text, ToJson(arguments.claim, judgement));
  if (!is_supported || !judgement.is_plausible) session.exit_code = kRequirementFailed;
  return {};
}

}  // namespace

void AddEvaluateClaim(CLI::App& evaluate, Session& session) {
  CLI::App* command = AddCommand(
      evaluate, "claim",
      "Judges a claimed error rate: what the trials support, what they would have to be, and whether the "
      "figure can "
      "be what it is called. Exit code 1 when the claim is refused, contradicted or implausible.",
      "  cupel evaluate claim --metric FAR --value 0.00000526 --errors 0 --trials 569530\n"
      "  cupel evaluate claim --metric FAR --value 0.03 --errors 0 --trials 10000 --beside FRR=0.0001\n");
  auto arguments = std::make_shared<ClaimArguments>();
  command->add_option("--metric", arguments->claim.metric, "FAR, FMR, FRR, FNMR, FPIR, FNIR, APCER, ...")
      ->required();
  command
      ->add_option("--value", arguments->claim.value,
                   "The rate that is claimed not to be exceeded, in (0, 1)")
      ->required();
  command->add_option("--errors", arguments->claim.errors, "Errors that were seen")->required();
  command->add_option("--trials", arguments->claim.trials, "Trials in which they were seen")->required();
  command->add_option("--subjects", arguments->subjects, "People who made the trials")
      ->check(CLI::PositiveNumber);
  command->add_option("--level", arguments->claim.level, "Confidence level (default 0.95)");
  command->add_option("--beside", arguments->beside,
                      "A figure printed beside it, RATE=VALUE; may be repeated");
  OnRun(command, session, [&session, arguments] { return Judge(session, *arguments); });
}

}  // namespace cupel::cli
