// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "cupel/base/parallel.h"

namespace cupel::algorithm::inspect {
namespace {

using Piece = std::vector<SampleRecord>;

struct Selection {
  std::int64_t samples = 0;
  std::vector<Piece> pieces;
  std::int64_t attacked = 0;
};

Goal GoalOf(TargetRule rule, std::int32_t label, const data::dataset::Predictions& predictions,
            std::int64_t i) {
  if (rule == TargetRule::kAny) return {.label = label};
  const auto scores = predictions.Row(i);
  const auto classes = static_cast<std::int32_t>(scores.size());
  if (rule == TargetRule::kNext) return {.label = label, .target = (label + 1) % classes};
  auto least = static_cast<std::int32_t>(std::min_element(scores.begin(), scores.end()) - scores.begin());
  if (least == label) least = (label + 1) % classes;  // all logits are equal
  return {.label = label, .target = least};
}

Result<Selection> SelectPieces(const AttackPlan& plan, const check::Context& context) {
  const data::dataset::Dataset& data = *context.data;
  CUPEL_TRY(const data::dataset::Predictions* predictions, context.predictions());
  if (predictions->n != data.size()) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("the predictions are for {} samples, the data set has {}", predictions->n, data.size()));
  }
  Selection selection;
  selection.samples = plan.samples == 0 ? data.size() : std::min(plan.samples, data.size());
  if (selection.samples == 0) return Fail(ErrorCode::kInvalidArgument, "the data set is empty");
  std::map<std::int64_t, Piece> blocks;
  for (std::int64_t i = 0; i < selection.samples; ++i) {
    SampleRecord record{
        .index = i,
        .original = data.OriginalIndex(i),
        .goal = GoalOf(plan.target, data.labels()[static_cast<std::size_t>(i)], *predictions, i),
        .outcomes = {}};
    if (predictions->Predicted(i) == record.goal.label)
      blocks[record.original / kPieceSamples].push_back(std::move(record));
  }
  for (auto& [block, piece] : blocks) {
    std::sort(piece.begin(), piece.end(),
              [](const auto& a, const auto& b) { return a.original < b.original; });
    selection.attacked += static_cast<std::int64_t>(piece.size());
    selection.pieces.push_back(std::move(piece));
  }
  return selection;
}

Result<std::vector<float>> ReadFeatures(const data::dataset::Dataset& data,
                                        const std::vector<std::int64_t>& indices) {
  std::vector<float> features(indices.size() * static_cast<std::size_t>(data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read(indices, features));
  return features;
}

Result<Stability> MeasureOn(const AttackTarget& target, const AttackPlan& plan,
                            const data::dataset::Dataset& data) {
  std::vector<std::int64_t> first;
  for (std::int64_t i = 0; i < std::min(data.size(), kTileRows); ++i) first.push_back(i);
  CUPEL_TRY(const std::vector<float> features, ReadFeatures(data, first));
  const bool gradients = std::ranges::any_of(
      plan.stages, [&](const Stage& stage) { return stage.attack->gradients(target.class_count()) > 0; });
  return MeasureStability(target, features, data.labels().first(first.size()),
                          gradients ? Measured::kLogitsAndGradients : Measured::kLogits);
}

// Budgets that are run: a nearest-point attack has none, and runs once.
std::int64_t Runs(const AttackPlan& plan) {
  return static_cast<std::int64_t>(plan.nearest() ? 1 : plan.epsilons.size() * plan.stages.size());
}

class Runner {
 public:
  Runner(const AttackTarget& target, const AttackPlan& plan, const check::Context& context,
         const Stability& stability)
      : target_(target), plan_(plan), context_(context), stability_(stability) {}

  Status RunPiece(Piece& piece) {
    tensor::UseOneThreadPerOperator();
    const std::string key = Key(piece);
    if (std::optional<Json> saved = Load(key); saved && Restore(*saved, piece)) {
      context_.progress->Advance(static_cast<std::int64_t>(piece.size()) * Runs(plan_));
      return {};
    }
    if (plan_.nearest()) {
      CUPEL_TRY_STATUS(AttackNearest(piece));
    } else {
      for (double epsilon : plan_.epsilons) CUPEL_TRY_STATUS(AttackAt(epsilon, piece));
    }
    DropInputsBeyondLimit(piece);
    return Save(key, piece);
  }

 private:
  PieceOptions OptionsOf(const Stage& stage, double epsilon) const {
    const data::dataset::DatasetInfo& info = context_.data->info();
    return {.threat = {.norm = plan_.norm,
                       .epsilon = epsilon,
                       .box_low = info.box_low,
                       .box_high = info.box_high},
            .keep_nearest = plan_.nearest(),
            .seed = plan_.seed,
            .stream = plan_.stages.size() == 1 ? plan_.stream : plan_.stream + "/" + stage.name};
  }

  Result<std::vector<AttackOutcome>> Attack(const Stage& stage, double epsilon,
                                            const std::vector<SampleRecord*>& open) const {
    std::vector<std::int64_t> indices;
    std::vector<AttackJob> jobs;
    for (const SampleRecord* record : open) {
      indices.push_back(record->index);
      jobs.push_back({record->original, record->goal});
    }
    CUPEL_TRY(const std::vector<float> features, ReadFeatures(*context_.data, indices));
    return AttackPiece(target_, *stage.attack, OptionsOf(stage, epsilon), stability_, features, jobs,
                       *context_.progress);
  }

  // Every stage at one budget, each on what the earlier ones left.
  Status AttackAt(double epsilon, Piece& piece) const {
    std::vector<SampleRecord*> open;
    for (SampleRecord& record : piece) {
      if (plan_.inherit && !record.outcomes.empty() && record.outcomes.back().broken) continue;
      record.outcomes.emplace_back().spent.resize(plan_.stages.size());
      open.push_back(&record);
    }
    for (std::size_t stage = 0; stage < plan_.stages.size(); ++stage) {
      context_.progress->Advance(static_cast<std::int64_t>(piece.size() - open.size()));
      CUPEL_TRY(std::vector<AttackOutcome> found, Attack(plan_.stages[stage], epsilon, open));
      std::vector<SampleRecord*> left;
      for (std::size_t i = 0; i < open.size(); ++i) {
        AttackOutcome& outcome = open[i]->outcomes.back();
        found[i].stage = static_cast<int>(stage);
        outcome.AddStage(std::move(found[i]));
        if (!outcome.broken) left.push_back(open[i]);
      }
      open = std::move(left);
    }
    return {};
  }

  // The distance found decides at every budget.
  Status AttackNearest(Piece& piece) const {
    std::vector<SampleRecord*> open;
    for (SampleRecord& record : piece) open.push_back(&record);
    CUPEL_TRY(const std::vector<AttackOutcome> found, Attack(plan_.stages[0], 0, open));
    for (std::size_t i = 0; i < open.size(); ++i) {
      for (const double epsilon : plan_.epsilons) {
        open[i]->outcomes.push_back(found[i].AtBudget(epsilon, plan_.norm));
        if (plan_.inherit && open[i]->outcomes.back().broken) break;
      }
    }
    return {};
  }

  // The run keeps the first `stored_inputs` of all pieces together, so no piece needs more than that. Inputs
  // of smaller budgets are proof only where they are inherited.
  void DropInputsBeyondLimit(Piece& piece) const {
    std::int64_t kept = 0;
    for (SampleRecord& record : piece) {
      for (std::size_t budget = 0; budget < record.outcomes.size(); ++budget) {
        AttackOutcome& outcome = record.outcomes[budget];
        const bool proof = plan_.inherit || budget + 1 == plan_.epsilons.size();
        if (!outcome.broken || !proof || kept++ >= plan_.stored_inputs) outcome.adversarial = {};
      }
    }
  }

  std::string Key(const Piece& piece) const {
    return fmt::format("{}samples={}-{};n={}", plan_.part.empty() ? "" : plan_.part + ";",
                       piece.front().original, piece.back().original, piece.size());
  }

  std::optional<Json> Load(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return context_.journal->Load(key);
  }

  Status Save(const std::string& key, const Piece& piece) {
    Json saved = Json::Array{};
    for (const SampleRecord& record : piece) {
      Json outcomes = Json::Array{};
      for (const AttackOutcome& outcome : record.outcomes) outcomes.Append(OutcomeToJson(outcome));
      saved.Append(std::move(outcomes));
    }
    const std::lock_guard lock(mutex_);
    return context_.journal->Save(key, saved);
  }

  // Every budget, or those up to the one that broke the sample when larger ones inherit it; inputs of the
  // right size.
  bool IsWhole(const SampleRecord& record) const {
    const std::vector<AttackOutcome>& outcomes = record.outcomes;
    const bool ended_early = plan_.inherit && !outcomes.empty() && outcomes.back().broken;
    const bool counted =
        outcomes.size() == plan_.epsilons.size() || (outcomes.size() < plan_.epsilons.size() && ended_early);
    const auto size = static_cast<std::size_t>(context_.data->info().SampleSize());
    return counted && std::all_of(outcomes.begin(), outcomes.end(), [size](const AttackOutcome& outcome) {
             return outcome.adversarial.empty() || outcome.adversarial.size() == size;
           });
  }

  // A piece that does not read back whole is attacked anew.
  bool Restore(const Json& saved, Piece& piece) const {
    if (!saved.IsArray() || saved.AsArray().size() != piece.size()) return false;
    Piece restored = piece;
    for (std::size_t i = 0; i < piece.size(); ++i) {
      if (!saved.AsArray()[i].IsArray()) return false;
      for (const Json& json : saved.AsArray()[i].AsArray()) {
        Result<AttackOutcome> outcome = OutcomeFromJson(json);
        if (!outcome) return false;
        restored[i].outcomes.push_back(*std::move(outcome));
      }
      if (!IsWhole(restored[i])) return false;
    }
    piece = std::move(restored);
    return true;
  }

  const AttackTarget& target_;
  const AttackPlan& plan_;
  const check::Context& context_;
  const Stability& stability_;
  std::mutex mutex_;
};

}  // namespace

int SampleRecord::BrokenAt(std::size_t budget, bool inherit) const {
  for (std::size_t i = inherit ? 0 : budget; i <= budget && i < outcomes.size(); ++i) {
    if (outcomes[i].broken) return static_cast<int>(i);
  }
  return -1;
}

Result<TargetRule> ParseTargetRule(std::string_view text) {
  if (text == "any") return TargetRule::kAny;
  if (text == "next") return TargetRule::kNext;
  if (text == "least-likely") return TargetRule::kLeastLikely;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("target must be any, next or least-likely, got \"{}\"", text));
}

Result<AttackRun> RunAttack(const AttackTarget& target, const AttackPlan& plan, const check::Context& context,
                            std::string_view what) {
  tensor::UseOneThreadPerOperator();
  CUPEL_TRY(Selection selection, SelectPieces(plan, context));
  AttackRun run;
  run.samples = selection.samples;
  run.class_count = target.class_count();
  CUPEL_TRY(run.stability, MeasureOn(target, plan, *context.data));
  context.progress->Begin(what, selection.attacked * Runs(plan), "images");
  Runner runner(target, plan, context, run.stability);
  const Status status = ForEachPiece(
      static_cast<std::int64_t>(selection.pieces.size()), context.workers, [&](std::int64_t piece, int) {
        return runner.RunPiece(selection.pieces[static_cast<std::size_t>(piece)]);
      });
  context.progress->End();
  CUPEL_TRY_STATUS(status);
  for (Piece& piece : selection.pieces) {
    for (SampleRecord& record : piece) run.attacked.push_back(std::move(record));
  }
  return run;
}

}  // namespace cupel::algorithm::inspect
