// SPDX-License-Identifier: Apache-2.0
// cupel run: runs a model that its hallmark admits here and now, and no other.
#include <fmt/format.h>

#include "cupel/application/release/held_model.h"
#include "cupel/application/release/release.h"
#include "cupel/cli/command.h"
#include "cupel/cli/hallmark_command.h"
#include "cupel/cli/model_run.h"
#include "cupel/ledger/hallmark/admit.h"
#include "cupel/ledger/hallmark/refusal.h"

namespace cupel::cli {
namespace {

using application::release::HeldModel;
using application::release::ReleaseKeys;
using ledger::evidence::KeyRole;

struct Arguments {
  ModelRunArguments run;
  std::string hallmark, trust, ledger, checkpoint, receipt, position, guard = "observe", refusals;
  RuntimeContext context;
};

AdmissionPolicy PolicyOf(const Arguments& arguments) {
  AdmissionPolicy policy;
  policy.trust = arguments.trust;
  policy.ledger = arguments.ledger.empty() ? arguments.checkpoint : arguments.ledger;
  if (!arguments.receipt.empty()) policy.receipt = arguments.receipt;
  if (!arguments.position.empty()) {
    policy.position = {arguments.position, UserKeyFolder() / "position.key.pem"};
  }
  policy.context = arguments.context;
  return policy;
}

/// The signed record of the refusal. That it could not be written is said, and changes nothing.
void Record(Session& session, const Admission& admission, const Arguments& arguments) {
  const auto write = [&]() -> Result<std::filesystem::path> {
    const ReleaseKeys keys{UserKeyFolder()};
    CUPEL_TRY(const auto key, keys.Load(KeyRole::kEvidence));
    CUPEL_TRY(const Digest host,
              ledger::hallmark::HostPseudonym(keys.folder / "host.salt", arguments.context.host));
    const auto record = SignRefusal(admission, host, SystemClock().UnixSeconds(), key);
    const std::filesystem::path folder = arguments.refusals.empty()
                                             ? keys.folder.parent_path() / "refusals"
                                             : std::filesystem::path(arguments.refusals);
    return ledger::hallmark::SaveRefusal(folder, record);
  };
  const auto written = write();
  session.Say(written ? fmt::format("refusal recorded in {}", written->string())
                      : fmt::format("the refusal could not be recorded: {}", written.error().ToString()));
}

Status Run(Session& session, Arguments& arguments) {
  CUPEL_TRY(arguments.context.guard, ledger::hallmark::ParseGuardLevel(arguments.guard));
  if (arguments.ledger.empty() == arguments.checkpoint.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "give either --ledger or --checkpoint");
  }
  // Read once: what is hashed here is what runs below, whatever happens to the files in between.
  std::optional<HeldModel> model;
  const auto digests = [&]() -> Result<ModelDigests> {
    CUPEL_TRY(model, HeldModel::Hold(arguments.run.model));
    return model->Digests();
  };
  const Admission admission = admit(digests, arguments.hallmark, PolicyOf(arguments));
  if (!admission.admitted()) {
    Record(session, admission, arguments);
    Status refused = admission.ToStatus();
    return FailAt(arguments.run.model, std::move(refused).error());
  }
  if (admission.position_is_new) {
    session.Say(fmt::format("there was no position: {} begins with the ledger's {} leaves",
                            arguments.position, admission.newest->size));
  }
  const auto& hallmark = *admission.hallmark;
  const std::string line =
      fmt::format("admitted  class {}, until {}", RiskClassName(hallmark.risk), FormatUtc(hallmark.expires));
  if (!arguments.run.data.empty()) {
    session.Say(line);
    CUPEL_TRY(const auto graph, model->Load());
    return RunModel(session, arguments.run, graph);
  }
  session.Print(line + "\n", Json::Object{{"admitted", true},
                                          {"class", RiskClassName(hallmark.risk)},
                                          {"expires", FormatUtc(hallmark.expires)},
                                          {"hallmark", admission.payload->Hex()}});
  return {};
}

}  // namespace

void AddRun(CLI::App& app, Session& session) {
  CLI::App* command = AddCommand(
      app, "run", "Runs a model if its hallmark admits it here and now; else refuses, with a signed record.",
      "  cupel run m.onnx --hallmark m.hallmark.json --trust trust --ledger ledger --data test.toml\n"
      "  cupel run m.onnx --hallmark m.hallmark.json --trust trust --ledger ledger --host gate-7 --guard "
      "enforce\n");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("model", arguments->run.model, "ONNX file")->required();
  command->add_option("--hallmark", arguments->hallmark, "Its hallmark")->required();
  command->add_option("--trust", arguments->trust, "Whom to believe: a folder of keys or a trust.toml")
      ->required();
  command->add_option("--ledger", arguments->ledger, "The ledger's folder, as this machine last got it");
  command->add_option("--checkpoint", arguments->checkpoint,
                      "A checkpoint alone; enough while the hallmark is the ledger's last leaf");
  command->add_option("--receipt", arguments->receipt,
                      "A .tlog-proof (default: the one beside the hallmark)");
  command->add_option(
      "--position", arguments->position,
      "File that remembers what of the ledger was read: later runs read only what is new, and "
      "a ledger that was put back is refused");
  command->add_option("--host", arguments->context.host, "What this machine is called in conditions");
  command->add_option("--purpose", arguments->context.purpose, "What the model is used for here");
  command->add_option("--region", arguments->context.region, "Where this machine is");
  command->add_option("--guard", arguments->guard,
                      "observe, enforce or fail-closed: the guard around the model");
  command->add_option("--refusals", arguments->refusals,
                      "Folder for signed refusals (default: beside the keys)");
  AddModelRunOptions(*command, arguments->run);
  OnRun(command, session, [&session, arguments] { return Run(session, *arguments); });
}

}  // namespace cupel::cli
