// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/answers.h"
#include "cupel/algorithm/leakage/hidden_column.h"
#include "cupel/algorithm/leakage/population.h"
#include "cupel/algorithm/leakage/signals.h"
#include "cupel/algorithm/leakage/training_parameters.h"
#include "cupel/algorithm/train/architectures.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/stats/bootstrap.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::leakage {
namespace {

using check::Text;
using data::dataset::Dataset;

constexpr const char* kId = "inspect.attribute-inference";
constexpr double kLevel = 0.95;

check::Description Describe() {
  check::Description description;
  description.id = kId;
  description.title = {"Attribute inference (hidden column of a table)", "属性推断（表格的隐藏列）"};
  description.summary = {
      "Guesses a hidden column of records from their other columns, their label and the model's answers, and "
      "holds "
      "that against the same guess without the model: only the difference is the model's doing.",
      "根据其他列、标签与模型的回答猜测记录的隐藏列，并与不使用模型的同样猜测比较：只有差值才归因于模型。"};
  description.principle = check::Principle::kPrivacy;
  description.requirements = {"A2"};
  check::ParameterSpec columns;
  columns.name = "columns";
  columns.type = check::ParameterType::kRealList;
  columns.fallback = Json::ArrayOf(std::vector<double>{0});
  columns.high = 1e6;
  columns.meaning = {"The hidden column, from 0; several: the columns of one one-hot code",
                     "隐藏列的序号（从 0 起）；多个表示同一独热编码的各列"};
  description.parameters = {
      std::move(columns),
      SamplesSpec(2000),
      BooleanSpec("record_answer", false,
                  {"The attacker also saw the model's answer to the record itself",
                   "攻击者还看到模型对该记录本身的回答"}),
      IntegerSpec("epochs", 30, 1, 10000, {"Passes over the attacker's own records", "攻击模型的训练轮数"}),
      IntegerSpec("batch_size", 64, 2, 65536, {"Records in a training step", "每个训练步的记录数"}),
      RealSpec("learning_rate", 0.003, 1e-8, 100, {"Peak learning rate (Adam)", "学习率峰值（Adam）"})};
  const auto metric = [&](std::string name, Text title, bool higher = false) {
    description.metrics.push_back({std::move(name), std::move(title), "", higher});
  };
  metric("advantage", {"Hidden values guessed right thanks to the model", "因模型而多猜对的比例"});
  metric("accuracy", {"Hidden values guessed right with the model", "借助模型猜对的比例"});
  metric("baseline_accuracy", {"The same without the model (imputation)", "不借助模型（插补）猜对的比例"});
  metric("majority_accuracy", {"The same by the most frequent value", "始终猜最常见值的正确率"});
  metric("query_accuracy",
         {"By likelihood of the label and frequency alone", "仅用标签似然与先验猜对的比例"});
  metric("accuracy_unseen", {"With the model, on records it never saw", "对模型未见过的记录猜对的比例"});
  metric("member_gap",
         {"Training records guessed right more often than others", "训练记录比其他记录多猜对的比例"});
  description.source =
      "Fredrikson et al.: Privacy in pharmacogenetics, USENIX Security 2014; Yeom et al.: Privacy risk in "
      "machine "
      "learning, CSF 2018; Jayaraman and Evans: Are attribute inference attacks just imputation?, CCS 2022";
  return description;
}

// Mean and spread of each feature over the attacker's own records.
struct Scale {
  std::vector<double> mean;
  std::vector<double> spread;

  explicit Scale(const std::vector<std::vector<float>>& rows) : mean(rows[0].size()), spread(rows[0].size()) {
    const auto n = static_cast<double>(rows.size());
    for (const auto& row : rows) {
      for (std::size_t j = 0; j < row.size(); ++j) mean[j] += row[j] / n;
    }
    for (const auto& row : rows) {
      for (std::size_t j = 0; j < row.size(); ++j) spread[j] += (row[j] - mean[j]) * (row[j] - mean[j]) / n;
    }
    for (double& value : spread) value = value > 0 ? std::sqrt(value) : 1;
  }
  std::vector<float> Apply(const std::vector<float>& row) const {
    std::vector<float> scaled;
    for (std::size_t j = 0; j < row.size(); ++j)
      scaled.push_back(static_cast<float>((row[j] - mean[j]) / spread[j]));
    return scaled;
  }
};

std::vector<std::vector<float>> Features(const KnownRecords& known, bool with_answers) {
  std::vector<std::vector<float>> rows = known.background;
  for (std::size_t i = 0; with_answers && i < rows.size(); ++i)
    rows[i].insert(rows[i].end(), known.answers[i].begin(), known.answers[i].end());
  return rows;
}

Result<std::unique_ptr<Dataset>> Table(const std::vector<std::vector<float>>& rows, const Scale& scale,
                                       std::vector<std::int32_t> values, std::size_t value_count) {
  data::dataset::MemoryData table;
  table.info.name = "records";
  table.info.sample_shape = {static_cast<std::int64_t>(rows[0].size())};
  table.info.box_low = std::numeric_limits<float>::lowest();
  table.info.box_high = std::numeric_limits<float>::max();
  for (std::size_t value = 0; value < value_count; ++value)
    table.info.class_names.push_back(std::to_string(value));
  for (const auto& row : rows) {
    const std::vector<float> scaled = scale.Apply(row);
    table.features.insert(table.features.end(), scaled.begin(), scaled.end());
  }
  // A value that the attacker has never met cannot be guessed; the label only fills the place.
  for (std::int32_t& value : values) value = std::max(value, 0);
  table.labels = std::move(values);
  return data::dataset::MakeMemoryDataset(std::move(table));
}

// A network from features to the hidden value, learnt from the attacker's own records.
class Guesser {
 public:
  static Result<Guesser> Learn(const KnownRecords& own, std::size_t value_count, bool with_answers,
                               const check::Context& context) {
    Guesser guesser(own, value_count, with_answers);
    CUPEL_TRY(const auto table, Table(Features(own, with_answers), guesser.scale_, own.value, value_count));
    train::TrainJob job;
    job.options.epochs = static_cast<int>(context.parameters.Integer("epochs"));
    job.options.batch_size =
        static_cast<int>(std::min(context.parameters.Integer("batch_size"), table->size()));
    job.options.optimizer = train::Optimizer::kAdam;
    job.options.learning_rate = context.parameters.Real("learning_rate");
    job.options.weight_decay = 0.01;
    job.options.seed = TrainingSeed(context.seed, kId, 0);
    CUPEL_TRY(job.graph, train::MakeArchitecture("mlp", table->info().sample_shape,
                                                 static_cast<std::int64_t>(value_count), job.options.seed));
    job.data = table.get();
    SharedProgress progress(*context.progress);
    job.progress = &progress;
    CUPEL_TRY(const train::Trained trained, train::Train(job));
    CUPEL_TRY(
        guesser.network_,
        executor::Classifier::Create(
            trained.graph, {.device = {}, .preprocessing = {}, .sample_shape = table->info().sample_shape}));
    return guesser;
  }

  /// Whether each record's value is guessed right.
  Result<std::vector<bool>> Right(const KnownRecords& records, int workers) const {
    CUPEL_TRY(const auto table, Table(Features(records, with_answers_), scale_, records.value, value_count_));
    CUPEL_TRY(const std::vector<float> logits, AskAll(*network_, *table, {}, workers, SilentProgress()));
    std::vector<bool> right;
    for (std::size_t i = 0; i < records.n; ++i) {
      const auto row = std::span(logits).subspan(i * value_count_, value_count_);
      right.push_back(std::ranges::max_element(row) - row.begin() == records.value[i]);
    }
    return right;
  }

 private:
  Guesser(const KnownRecords& own, std::size_t value_count, bool with_answers)
      : value_count_(value_count), with_answers_(with_answers), scale_(Features(own, with_answers)) {}

  std::size_t value_count_;
  bool with_answers_;
  Scale scale_;
  std::unique_ptr<executor::Classifier> network_;
};

std::vector<double> Frequencies(const KnownRecords& own, std::size_t value_count) {
  std::vector<double> frequencies(value_count);
  for (const std::int32_t value : own.value)
    frequencies[static_cast<std::size_t>(value)] += 1 / static_cast<double>(own.n);
  return frequencies;
}

// Fredrikson et al. 2014: the value v with the largest frequency(v) * p(label | record with v).
std::vector<bool> RightByLikelihood(const KnownRecords& records, const std::vector<double>& frequencies) {
  std::vector<bool> right;
  for (std::size_t i = 0; i < records.n; ++i) {
    std::size_t best = 0;
    double largest = -1;
    for (std::size_t value = 0; value < frequencies.size(); ++value) {
      const double likelihood = frequencies[value] * Probability(records.answers[i][value]);
      if (likelihood > largest) largest = likelihood, best = value;
    }
    right.push_back(static_cast<std::int32_t>(best) == records.value[i]);
  }
  return right;
}

std::vector<bool> RightByMajority(const KnownRecords& records, const std::vector<double>& frequencies) {
  const auto most = std::ranges::max_element(frequencies) - frequencies.begin();
  std::vector<bool> right;
  for (const std::int32_t value : records.value) right.push_back(value == most);
  return right;
}

std::int64_t Count(const std::vector<bool>& right) { return std::count(right.begin(), right.end(), true); }

check::Metric Share(std::string name, const std::vector<bool>& right) {
  const std::int64_t count = Count(right);
  const auto n = static_cast<std::int64_t>(right.size());
  return {.name = std::move(name),
          .value = static_cast<double>(count) / static_cast<double>(n),
          .interval = stats::Wilson(count, n, kLevel),
          .n = n,
          .count = count};
}

// The records are the same for both, so the difference is resampled record by record.
check::Metric Advantage(const std::vector<bool>& with, const std::vector<bool>& without, std::uint64_t seed) {
  const auto n = static_cast<std::int64_t>(with.size());
  const auto difference = [&](std::span<const std::int64_t> indices) {
    double sum = 0;
    for (const std::int64_t i : indices)
      sum += int{with[static_cast<std::size_t>(i)]} - int{without[static_cast<std::size_t>(i)]};
    return sum / static_cast<double>(indices.size());
  };
  return {.name = "advantage",
          .value = static_cast<double>(Count(with) - Count(without)) / static_cast<double>(n),
          .interval = stats::BootstrapPercentile(n, difference, {.seed = seed, .name = kId}),
          .n = n};
}

Json Bars(const std::vector<std::pair<Text, check::Metric>>& bars) {
  Json figure;
  figure["type"] = "bars";
  figure["title"] = ToJson(Text{"Hidden values guessed right", "猜对隐藏值的比例"});
  for (const auto& [label, metric] : bars) {
    Json bar;
    bar["label"] = ToJson(label);
    bar["value"] = metric.value;
    bar["low"] = metric.interval->low;
    bar["high"] = metric.interval->high;
    figure["series"].Append(std::move(bar));
  }
  figure["unit"] = "fraction";
  figure["min"] = 0;
  figure["max"] = 1;
  return figure;
}

class AttributeInference : public check::Check {
 public:
  const check::Description& description() const override { return description_; }

  Result<check::CheckResult> Run(const check::Context& context) const override {
    if (context.data->info().sample_shape.size() != 1) {
      check::CheckResult result;
      result.not_applicable = Text{"The samples are no table rows.", "样本不是表格记录。"};
      return result;
    }
    CUPEL_TRY_STATUS(CheckLabels(*context.model, *context.data));
    if (context.training_data != nullptr)
      CUPEL_TRY_STATUS(CheckLabels(*context.model, *context.training_data));
    CUPEL_TRY(const Sides sides, Draw(context));
    const Dataset& inside = context.training_data == nullptr ? *context.data : *context.training_data;
    const Pool own(inside, *context.data, sides.own);
    std::vector<std::int64_t> columns;
    for (const double column : context.parameters.Reals("columns")) {
      if (column != std::floor(column))
        return Fail(ErrorCode::kInvalidArgument, fmt::format("columns are whole numbers, got {:g}", column),
                    kId);
      columns.push_back(static_cast<std::int64_t>(column));
    }
    CUPEL_TRY(const HiddenColumn hidden, HiddenColumn::Create(own, columns));
    const bool record_answer = context.parameters.Boolean("record_answer");
    const auto know = [&](const std::vector<PoolSample>& samples) {
      return Know(*context.model, Pool(inside, *context.data, samples), hidden, record_answer,
                  context.workers);
    };
    CUPEL_TRY(const KnownRecords known, know(sides.own));
    CUPEL_TRY(const KnownRecords unseen, know(sides.unseen));
    KnownRecords members;
    if (!sides.members.empty()) {
      CUPEL_TRY(members, know(sides.members));
    }
    const auto batches = 2 * context.parameters.Integer("epochs") *
                         (own.size() / std::min(context.parameters.Integer("batch_size"), own.size()));
    context.progress->Begin(kId, batches, "batches");
    Result<Guesser> learnt_with = Guesser::Learn(known, hidden.value_count(), true, context);
    Result<Guesser> learnt_without = Guesser::Learn(known, hidden.value_count(), false, context);
    context.progress->End();
    CUPEL_TRY(const Guesser with, std::move(learnt_with));
    CUPEL_TRY(const Guesser without, std::move(learnt_without));
    return Report(with, without, Frequencies(known, hidden.value_count()), members, unseen, context);
  }

 private:
  struct Sides {
    std::vector<PoolSample> own;      ///< Records whose hidden value the attacker knows.
    std::vector<PoolSample> unseen;   ///< Victims that the model was not trained on.
    std::vector<PoolSample> members;  ///< Victims that it was; empty without training data.
  };

  static Result<Sides> Draw(const check::Context& context) {
    if (context.data->size() < 8)
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("the data have {} records, at least 8 are needed", context.data->size()), kId);
    const auto limit = [&](std::size_t size) {
      const auto wanted = static_cast<std::size_t>(context.parameters.Integer("samples"));
      return wanted == 0 ? size : std::min(size, wanted);
    };
    Sides sides;
    const std::vector<std::int64_t> order =
        ReproducibleStream(context.seed, kId, 0, 0).Permutation(context.data->size());
    for (std::size_t i = 0; i < order.size(); ++i)
      (i < order.size() / 2 ? sides.own : sides.unseen).push_back({false, order[i]});
    sides.unseen.resize(limit(sides.unseen.size()));
    if (context.training_data == nullptr) return sides;
    if (context.training_data->info().digest == context.data->info().digest)
      return Fail(ErrorCode::kInvalidArgument, "the training data and the data are the same set", kId);
    if (context.training_data->info().sample_shape != context.data->info().sample_shape)
      return Fail(ErrorCode::kInvalidArgument, "the training data and the data differ in shape", kId);
    for (const std::int64_t index :
         ReproducibleStream(context.seed, kId, 0, 1).Permutation(context.training_data->size()))
      sides.members.push_back({true, index});
    sides.members.resize(limit(sides.members.size()));
    return sides;
  }

  // The victims are the members when they are known, else the unseen records.
  static Result<check::CheckResult> Report(const Guesser& with, const Guesser& without,
                                           const std::vector<double>& frequencies,
                                           const KnownRecords& members, const KnownRecords& unseen,
                                           const check::Context& context) {
    const KnownRecords& victims = members.n > 0 ? members : unseen;
    CUPEL_TRY(const std::vector<bool> attack, with.Right(victims, context.workers));
    CUPEL_TRY(const std::vector<bool> imputed, without.Right(victims, context.workers));
    check::CheckResult result;
    result.metrics.push_back(Advantage(attack, imputed, context.seed));
    result.metrics.push_back(Share("accuracy", attack));
    result.metrics.push_back(Share("baseline_accuracy", imputed));
    result.metrics.push_back(Share("majority_accuracy", RightByMajority(victims, frequencies)));
    result.metrics.push_back(Share("query_accuracy", RightByLikelihood(victims, frequencies)));
    result.figures.push_back(Bars({{{"with the model", "借助模型"}, result.metrics[1]},
                                   {{"without the model", "不借助模型"}, result.metrics[2]},
                                   {{"most frequent value", "最常见值"}, result.metrics[3]}}));
    if (members.n == 0) return result;
    CUPEL_TRY(const std::vector<bool> others, with.Right(unseen, context.workers));
    result.metrics.push_back(Share("accuracy_unseen", others));
    const auto n = static_cast<std::int64_t>(attack.size());
    const auto m = static_cast<std::int64_t>(others.size());
    result.metrics.push_back(
        {.name = "member_gap",
         .value = result.metrics[1].value - result.metrics.back().value,
         .interval = stats::NewcombeDifference(Count(attack), n, Count(others), m, kLevel),
         .n = n + m});
    return result;
  }

  check::Description description_ = Describe();
};

}  // namespace

const check::Check& AttributeInferenceCheck() {
  static const AttributeInference check;
  return check;
}

}  // namespace cupel::algorithm::leakage
