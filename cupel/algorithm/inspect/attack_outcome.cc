// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_outcome.h"

#include <algorithm>

namespace cupel::algorithm::inspect {
namespace {

Status ReadSpent(const Json& json, AttackOutcome& outcome) {
  const Json* list = json.Find("spent");
  if (list == nullptr) return {};
  if (!list->IsArray()) return Fail(ErrorCode::kCorrupt, "spent: not a list");
  for (const Json& item : list->AsArray()) {
    if (!item.IsInteger()) return Fail(ErrorCode::kCorrupt, "spent: not a list of integers");
    outcome.spent.push_back(item.AsInteger());
  }
  return {};
}

Status ReadSuccess(const Json& json, AttackOutcome& outcome) {
  CUPEL_TRY(const std::int64_t stage, json.IntegerAt("stage"));
  outcome.stage = static_cast<int>(stage);
  CUPEL_TRY(outcome.found_at, json.IntegerAt("found_at"));
  CUPEL_TRY(const std::int64_t restart, json.IntegerAt("restart"));
  CUPEL_TRY(const std::int64_t step, json.IntegerAt("step"));
  CUPEL_TRY(const std::int64_t predicted, json.IntegerAt("predicted"));
  outcome.restart = static_cast<int>(restart);
  outcome.step = static_cast<int>(step);
  outcome.predicted = static_cast<std::int32_t>(predicted);
  CUPEL_TRY(outcome.margin, json.NumberAt("margin"));
  CUPEL_TRY(outcome.noise, json.NumberAt("noise"));
  CUPEL_TRY(outcome.moved.linf, json.NumberAt("linf"));
  CUPEL_TRY(outcome.moved.l2, json.NumberAt("l2"));
  CUPEL_TRY(outcome.moved.l1, json.NumberAt("l1"));
  return {};
}

Status ReadInput(const Json& json, AttackOutcome& outcome) {
  if (json.Find("adversarial") == nullptr) return {};
  CUPEL_TRY(const std::string text, json.StringAt("adversarial"));
  CUPEL_TRY(const Bytes bytes, FromBase64(text));
  if (bytes.size() % sizeof(float) != 0)
    return Fail(ErrorCode::kCorrupt, "adversarial: not a list of float32");
  outcome.adversarial.resize(bytes.size() / sizeof(float));
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<std::uint8_t*>(outcome.adversarial.data()));
  return {};
}

Status ReadApproaches(const Json& json, AttackOutcome& outcome) {
  const Json* list = json.Find("approaches");
  if (list == nullptr) return {};
  if (!list->IsArray()) return Fail(ErrorCode::kCorrupt, "approaches: not a list");
  for (const Json& item : list->AsArray()) {
    Approach approach;
    CUPEL_TRY(approach.evaluations, item.IntegerAt("evaluations"));
    CUPEL_TRY(approach.distance, item.NumberAt("distance"));
    outcome.approaches.push_back(approach);
  }
  return {};
}

}  // namespace

void AttackOutcome::AddStage(AttackOutcome found) {
  CUPEL_CHECK(!broken);
  found.cycled = found.cycled || cycled;
  found.unconfirmed += unconfirmed;
  found.spent = std::move(spent);
  if (!found.spent.empty()) found.spent[static_cast<std::size_t>(found.stage)] += found.evaluations;
  found.evaluations += evaluations;
  if (found.broken) found.found_at += evaluations;
  *this = std::move(found);
}

AttackOutcome AttackOutcome::AtBudget(double epsilon, Norm norm) const {
  AttackOutcome outcome = *this;
  outcome.broken = broken && moved.In(norm) <= epsilon;
  if (!outcome.broken) {
    outcome.adversarial.clear();
    return outcome;
  }
  const auto first = std::find_if(approaches.begin(), approaches.end(),
                                  [&](const Approach& a) { return a.distance <= epsilon; });
  if (first != approaches.end()) outcome.found_at = first->evaluations;
  return outcome;
}

Json OutcomeToJson(const AttackOutcome& outcome) {
  Json json;
  json["broken"] = outcome.broken;
  json["cycled"] = outcome.cycled;
  json["evaluations"] = outcome.evaluations;
  json["unconfirmed"] = outcome.unconfirmed;
  for (const std::int64_t spent : outcome.spent) json["spent"].Append(spent);
  if (!outcome.broken && outcome.found_at == 0) return json;
  json["stage"] = outcome.stage;
  json["found_at"] = outcome.found_at;
  json["restart"] = outcome.restart;
  json["step"] = outcome.step;
  json["predicted"] = std::int64_t{outcome.predicted};
  json["margin"] = outcome.margin;
  json["noise"] = outcome.noise;
  json["linf"] = outcome.moved.linf;
  json["l2"] = outcome.moved.l2;
  json["l1"] = outcome.moved.l1;
  if (!outcome.adversarial.empty()) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(outcome.adversarial.data());
    json["adversarial"] = ToBase64({bytes, outcome.adversarial.size() * sizeof(float)});
  }
  for (const Approach& approach : outcome.approaches) {
    Json item;
    item["evaluations"] = approach.evaluations;
    item["distance"] = approach.distance;
    json["approaches"].Append(std::move(item));
  }
  return json;
}

Result<AttackOutcome> OutcomeFromJson(const Json& json) {
  AttackOutcome outcome;
  CUPEL_TRY(outcome.broken, json.BoolAt("broken"));
  CUPEL_TRY(outcome.cycled, json.BoolAt("cycled"));
  CUPEL_TRY(outcome.evaluations, json.IntegerAt("evaluations"));
  CUPEL_TRY(outcome.unconfirmed, json.IntegerAt("unconfirmed"));
  CUPEL_TRY_STATUS(ReadSpent(json, outcome));
  if (!outcome.broken && json.Find("found_at") == nullptr) return outcome;
  CUPEL_TRY_STATUS(ReadSuccess(json, outcome));
  CUPEL_TRY_STATUS(ReadInput(json, outcome));
  CUPEL_TRY_STATUS(ReadApproaches(json, outcome));
  return outcome;
}

}  // namespace cupel::algorithm::inspect
