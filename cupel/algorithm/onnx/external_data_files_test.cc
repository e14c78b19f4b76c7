// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/external_data_files.h"

#include <gtest/gtest.h>

#include <functional>

#include "cupel/algorithm/onnx/proto.h"
#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::onnx {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::onnx::ModelProto;
using ::onnx::TensorProto;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

void SetExternal(TensorProto& tensor, const std::string& location) {
  tensor.set_data_location(TensorProto::EXTERNAL);
  auto& entry = *tensor.add_external_data();
  entry.set_key("location");
  entry.set_value(location);
}

class ExternalDataFilesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"a.bin", "sub/b.bin", "c.bin"}) {
      ASSERT_THAT(MakeFolder((folder_ / "m" / name).parent_path()), IsOk());
      ASSERT_THAT(WriteFileAtomic(folder_ / "m" / name, std::string_view(name)), IsOk());
    }
    ASSERT_THAT(WriteFileAtomic(folder_ / "secret.bin", std::string_view("s")), IsOk());
  }

  Result<std::vector<std::filesystem::path>> FilesOf(const std::function<void(ModelProto&)>& fill) const {
    ModelProto model;
    model.set_ir_version(8);
    model.mutable_graph()->set_name("g");
    fill(model);
    const std::string text = model.SerializeAsString();
    CUPEL_CHECK(WriteFileAtomic(folder_ / "m/model.onnx", text).has_value());
    return ExternalDataFiles(folder_ / "m/model.onnx");
  }

  const ScratchFolder folder_;
};

TEST_F(ExternalDataFilesTest, AreNoneInAModelOfOneFile) {
  CUPEL_ASSERT_OK(const auto files, FilesOf([](ModelProto& model) {
                    model.mutable_graph()->add_initializer()->set_raw_data("x");
                  }));
  EXPECT_THAT(files, IsEmpty());
}

TEST_F(ExternalDataFilesTest, AreListedOnceSortedAndNormalised) {
  CUPEL_ASSERT_OK(const auto files, FilesOf([](ModelProto& model) {
                    for (const char* location : {"./sub//b.bin", "a.bin", "sub/b.bin", "./a.bin"}) {
                      SetExternal(*model.mutable_graph()->add_initializer(), location);
                    }
                  }));
  EXPECT_THAT(files, ElementsAre("a.bin", "sub/b.bin"));
}

TEST_F(ExternalDataFilesTest, AreFoundWhereverATensorMayStand) {
  const std::function<void(ModelProto&)> places[] = {
      [](ModelProto& m) { SetExternal(*m.mutable_graph()->add_initializer(), "c.bin"); },
      [](ModelProto& m) {
        SetExternal(*m.mutable_graph()->add_sparse_initializer()->mutable_values(), "c.bin");
      },
      [](ModelProto& m) {
        SetExternal(*m.mutable_graph()->add_sparse_initializer()->mutable_indices(), "c.bin");
      },
      [](ModelProto& m) {
        SetExternal(*m.mutable_graph()->add_node()->add_attribute()->mutable_t(), "c.bin");
      },
      [](ModelProto& m) {
        SetExternal(*m.mutable_graph()->add_node()->add_attribute()->add_tensors(), "c.bin");
      },
      [](ModelProto& m) {
        SetExternal(
            *m.mutable_graph()->add_node()->add_attribute()->mutable_sparse_tensor()->mutable_values(),
            "c.bin");
      },
      [](ModelProto& m) {
        SetExternal(*m.mutable_graph()->add_node()->add_attribute()->add_sparse_tensors()->mutable_values(),
                    "c.bin");
      },
      [](ModelProto& m) {
        SetExternal(*m.mutable_graph()->add_node()->add_attribute()->mutable_g()->add_initializer(), "c.bin");
      },
      [](ModelProto& m) {
        auto* inner =
            m.mutable_graph()->add_node()->add_attribute()->add_graphs()->add_node()->add_attribute();
        SetExternal(*inner->mutable_g()->add_node()->add_attribute()->mutable_t(), "c.bin");
      },
      [](ModelProto& m) {
        SetExternal(*m.add_functions()->add_node()->add_attribute()->mutable_t(), "c.bin");
      },
      [](ModelProto& m) {
        SetExternal(*m.add_training_info()->mutable_initialization()->add_initializer(), "c.bin");
      },
      [](ModelProto& m) {
        SetExternal(*m.add_training_info()->mutable_algorithm()->add_initializer(), "c.bin");
      },
  };
  for (std::size_t i = 0; i < std::size(places); ++i) {
    CUPEL_ASSERT_OK(const auto files, FilesOf(places[i]));
    EXPECT_THAT(files, ElementsAre("c.bin")) << "place " << i;
  }
}

TEST_F(ExternalDataFilesTest, MustLieInTheModelsFolder) {
  std::filesystem::create_symlink("../secret.bin", folder_ / "m/link.bin");
  const std::pair<std::string, ErrorCode> cases[] = {
      {"../secret.bin", ErrorCode::kPermission},
      {(folder_ / "secret.bin").string(), ErrorCode::kPermission},
      {"link.bin", ErrorCode::kPermission},
      {"sub", ErrorCode::kPermission},
      {"", ErrorCode::kPermission},
      {"none.bin", ErrorCode::kNotFound}};
  for (const auto& [location, code] : cases) {
    EXPECT_THAT(FilesOf([&](ModelProto& m) { SetExternal(*m.mutable_graph()->add_initializer(), location); }),
                HasError(code, HasSubstr("model.onnx")))
        << location;
  }
  EXPECT_THAT(FilesOf([](ModelProto& m) {
                m.mutable_graph()->add_initializer()->set_data_location(TensorProto::EXTERNAL);
              }),
              HasError(ErrorCode::kPermission));
}

TEST_F(ExternalDataFilesTest, SaysThatAFileIsNoModel) {
  ASSERT_THAT(WriteFileAtomic(folder_ / "m/x.onnx", std::string_view("\xFF\xFF\xFF")), IsOk());
  EXPECT_THAT(ExternalDataFiles(folder_ / "m/x.onnx"), HasError(ErrorCode::kCorrupt, HasSubstr("x.onnx")));
  EXPECT_THAT(ExternalDataFiles(folder_ / "m/absent.onnx"), HasError(ErrorCode::kNotFound));
  EXPECT_THAT(ExternalDataFiles(folder_ / "m/a.bin", 2), HasError(ErrorCode::kResourceLimit));
}

}  // namespace
}  // namespace cupel::algorithm::onnx
