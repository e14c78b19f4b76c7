// SPDX-License-Identifier: Apache-2.0
// IDX, NPY, NPZ, gzip and Blob against hand-made bytes.

#include <algorithm>
#include <cmath>
#include <cstring>

#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/array_bytes_for_test.h"
#include "cupel/data/dataset/idx.h"
#include "cupel/data/dataset/inflate.h"
#include "cupel/data/dataset/npy.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::HasError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Bytes NpyF32(const std::string& shape, const std::vector<float>& values) {
  Bytes numbers(values.size() * 4);
  std::memcpy(numbers.data(), values.data(), numbers.size());
  return Npy("{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }\n", numbers);
}

std::vector<float> Row(const NumberArray& array, std::int64_t row) {
  std::vector<float> values(static_cast<std::size_t>(array.RowSize()));
  const Status read = array.ReadRow(row, values);
  EXPECT_TRUE(read.has_value());
  return values;
}

const Bytes kIdx = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 51, 255, 128};

TEST(Idx, BytesBecomeFractionsOf255) {
  CUPEL_ASSERT_OK(const NumberArray array, ParseIdx(MakeBlob(kIdx)));
  EXPECT_THAT(array.shape, ElementsAre(2, 1, 2));
  EXPECT_THAT(Row(array, 0), ElementsAre(0.0f, 51 / 255.0f));
  EXPECT_THAT(Row(array, 1), ElementsAre(1.0f, 128 / 255.0f));
}

TEST(Idx, OtherTypesAreBigEndian) {
  const Bytes shorts = {0, 0, 0x0b, 1, 0, 0, 0, 2, 1, 2, 0xff, 0xfe};
  CUPEL_ASSERT_OK(const NumberArray array, ParseIdx(MakeBlob(shorts)));
  EXPECT_THAT(array.ReadIntegers(), cupel::testing::IsOkAndHolds(ElementsAre(258, -2)));
  const Bytes floats = {0, 0, 0x0d, 1, 0, 0, 0, 1, 0xbf, 0x80, 0, 0};
  CUPEL_ASSERT_OK(const NumberArray minus_one, ParseIdx(MakeBlob(floats)));
  EXPECT_THAT(Row(minus_one, 0), ElementsAre(-1.0f));
  EXPECT_THAT(minus_one.ReadIntegers(), HasError(ErrorCode::kInvalidArgument, HasSubstr("integers")));
}

TEST(Idx, RefusesEveryTruncationAndOneByteMore) {
  for (std::size_t size = 0; size < kIdx.size(); ++size) {
    EXPECT_THAT(ParseIdx(MakeBlob(Bytes(kIdx.begin(), kIdx.begin() + static_cast<std::ptrdiff_t>(size)))),
                HasError(ErrorCode::kCorrupt))
        << size;
  }
  Bytes longer = kIdx;
  longer.push_back(0);
  EXPECT_THAT(ParseIdx(MakeBlob(longer)), HasError(ErrorCode::kCorrupt, HasSubstr("[2, 1, 2] and 5 bytes")));
}

TEST(Idx, RefusesSizesWhoseProductOverflows) {
  Bytes bytes(4 + 32, 0xff);
  std::ranges::copy(Bytes{0, 0, 8, 8}, bytes.begin());
  EXPECT_THAT(ParseIdx(MakeBlob(bytes)), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ParseIdx(MakeBlob({0, 0, 8, 0})), HasError(ErrorCode::kCorrupt, HasSubstr("00000800")));
}

TEST(Npy, ReadsEveryVersionAndType) {
  for (int version : {1, 2, 3}) {
    const Bytes bytes =
        Npy("{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }   \n", {1, 2, 0xfe, 0xff}, version);
    CUPEL_ASSERT_OK(const NumberArray array, ParseNpy(MakeBlob(bytes)));
    EXPECT_THAT(array.ReadIntegers(), cupel::testing::IsOkAndHolds(ElementsAre(513, -2)));
  }
  const std::vector<std::pair<std::string, std::size_t>> types = {
      {"|u1", 1}, {"|i1", 1}, {"<u2", 2}, {"<i4", 4}, {"<i8", 8}, {"<f4", 4}, {"<f8", 8}};
  for (const auto& [descr, size] : types) {
    const Bytes bytes =
        Npy("{'descr': '" + descr + "', 'fortran_order': False, 'shape': (3, 1)}", Bytes(3 * size));
    CUPEL_ASSERT_OK(const NumberArray array, ParseNpy(MakeBlob(bytes)));
    EXPECT_THAT(Row(array, 2), ElementsAre(0.0f)) << descr;
  }
}

TEST(Npy, ReadsFloatsExactly) {
  CUPEL_ASSERT_OK(const NumberArray array, ParseNpy(MakeBlob(NpyF32("(2, 2)", {0.1f, -3.5f, 1e-20f, 7.0f}))));
  EXPECT_THAT(Row(array, 0), ElementsAre(0.1f, -3.5f));
  EXPECT_THAT(Row(array, 1), ElementsAre(1e-20f, 7.0f));
  CUPEL_ASSERT_OK(const ValueRange range, FindRange(array));
  EXPECT_EQ(range.low, -3.5f);
  EXPECT_EQ(range.high, 7.0f);
}

TEST(Npy, NamesTheSampleOfANan) {
  CUPEL_ASSERT_OK(const NumberArray nan, ParseNpy(MakeBlob(NpyF32("(2, 2)", {0, 1, 2, NAN}))));
  EXPECT_THAT(FindRange(nan), HasError(ErrorCode::kCorrupt, HasSubstr("value 1 of sample 1 is nan")));
  CUPEL_ASSERT_OK(const NumberArray infinite, ParseNpy(MakeBlob(NpyF32("(2, 2)", {0, -INFINITY, 2, 3}))));
  EXPECT_THAT(FindRange(infinite), HasError(ErrorCode::kCorrupt, HasSubstr("value 1 of sample 0 is -inf")));
}

TEST(Npy, RefusesWhatItCannotRead) {
  const auto parse = [](const std::string& header) { return ParseNpy(MakeBlob(Npy(header, Bytes(4)))); };
  EXPECT_THAT(parse("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }"),
              HasError(ErrorCode::kUnsupported, HasSubstr(">f4")));
  EXPECT_THAT(parse("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"),
              HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(parse("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }"),
              HasError(ErrorCode::kUnsupported, HasSubstr("ascontiguousarray")));
  EXPECT_THAT(parse("{'descr': '<f4', 'fortran_order': False, 'shape': (), }"),
              HasError(ErrorCode::kCorrupt));
  for (const char* header :
       {"", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
        "{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} import os",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4)}"}) {
    EXPECT_THAT(parse(header), HasError(ErrorCode::kCorrupt)) << header;
  }
}

TEST(Npy, RefusesEveryTruncation) {
  const Bytes whole = NpyF32("(2, 2)", {1, 2, 3, 4});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseNpy(MakeBlob(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))))
                     .has_value())
        << size;
  }
}

TEST(Npz, ReadsStoredAndDeflatedEntries) {
  const Bytes file = Zip({{"x.npy", NpyF32("(2, 1)", {5, 6}), true}, {"y.npy", NpyF32("(1,)", {9}), false}});
  CUPEL_ASSERT_OK(const NumberArray x, ParseNpz(MakeBlob(file), "x", {}));
  EXPECT_THAT(Row(x, 1), ElementsAre(6.0f));
  CUPEL_ASSERT_OK(const NumberArray y, ParseNpz(MakeBlob(file), "y.npy", {}));
  EXPECT_THAT(Row(y, 0), ElementsAre(9.0f));
  EXPECT_THAT(ParseNpz(MakeBlob(file), "z", {}), HasError(ErrorCode::kNotFound, HasSubstr("one of: x, y")));
  EXPECT_THAT(ParseNpz(MakeBlob(file), "", {}), HasError(ErrorCode::kNotFound));
  CUPEL_ASSERT_OK(const NumberArray only, ParseNpz(MakeBlob(Zip({{"a.npy", NpyF32("(1,)", {3})}})), "", {}));
  EXPECT_THAT(Row(only, 0), ElementsAre(3.0f));
}

TEST(Npz, RefusesEveryTruncationAndEveryFlippedByteOfAnEntry) {
  const Bytes content = NpyF32("(4,)", {1, 2, 3, 4});
  for (const bool is_deflated : {false, true}) {
    const Bytes whole = Zip({{"x.npy", content, is_deflated}});
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_FALSE(ParseNpz(MakeBlob(cut), "x", {}).has_value()) << size;
    }
    const std::size_t start = 30 + 5 + 20,
                      packed = is_deflated ? Deflate(content, -15).size() : content.size();
    for (std::size_t at = start; at < start + packed; ++at) {
      Bytes flipped = whole;
      flipped[at] ^= 1;
      EXPECT_FALSE(ParseNpz(MakeBlob(flipped), "x", {}).has_value()) << at;
    }
  }
}

TEST(Npz, StopsABombAtTheLimit) {
  const Bytes zeros(10 << 20);
  const Bytes file = Zip({{"x.npy", zeros, true}});
  EXPECT_LT(file.size(), 20000u);
  EXPECT_THAT(ParseNpz(MakeBlob(file), "x", {1 << 20, 1 << 20}), HasError(ErrorCode::kResourceLimit));
  Bytes lying = file;  // The directory says 100 bytes and the stream has more.
  const std::size_t directory = lying.size() - 22 - 46 - 5;
  for (int i = 0; i < 4; ++i) lying[directory + 24 + static_cast<std::size_t>(i)] = i == 0 ? 100 : 0;
  EXPECT_THAT(ParseNpz(MakeBlob(lying), "x", {1 << 20, 1 << 20}), HasError(ErrorCode::kResourceLimit));
}

TEST(Gzip, UnpacksAllMembersAndChecksThem) {
  const Bytes first = Text("hello "), second = Text("world");
  const Bytes packed = Join({Deflate(first, 31), Deflate(second, 31)});
  const BlobPointer blob = MakeBlob(packed);
  EXPECT_TRUE(IsGzip(*blob));
  CUPEL_ASSERT_OK(const BlobPointer unpacked, Gunzip(*blob, {}));
  Bytes text(unpacked->size());
  ASSERT_THAT(unpacked->Read(0, text), cupel::testing::IsOk());
  EXPECT_EQ(AsText(text), "hello world");

  const Bytes one = Deflate(kIdx, 31);
  for (std::size_t size = 2; size < one.size(); ++size) {
    EXPECT_THAT(Gunzip(Blob(Bytes(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(size))), {}),
                HasError(ErrorCode::kCorrupt))
        << size;
  }
  for (std::size_t at = one.size() - 8; at < one.size(); ++at) {  // CRC-32 and length.
    Bytes flipped = one;
    flipped[at] ^= 1;
    EXPECT_THAT(Gunzip(Blob(flipped), {}), HasError(ErrorCode::kCorrupt, HasSubstr("damaged")));
  }
  EXPECT_THAT(Gunzip(Blob(Join({one, Text("garbage")})), {}), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Gunzip(Blob(Deflate(Bytes(5 << 20), 31)), {1 << 20, 1 << 20}),
              HasError(ErrorCode::kResourceLimit));
}

TEST(Blob, InMemoryAndInATemporaryFileAreTheSame) {
  ReproducibleStream stream(3, "blob_test");
  Bytes bytes(3'000'001);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(stream.Next32());
  for (const std::uint64_t memory : {std::uint64_t{1} << 30, std::uint64_t{1} << 20}) {
    BlobWriter writer({memory, std::uint64_t{1} << 30});
    for (std::size_t at = 0; at < bytes.size(); at += 700'000) {
      ASSERT_THAT(
          writer.Append(BytesView(bytes).subspan(at, std::min<std::size_t>(700'000, bytes.size() - at))),
          cupel::testing::IsOk());
    }
    const BlobPointer blob = writer.Finish();
    ASSERT_EQ(blob->size(), bytes.size());
    Bytes back;
    ASSERT_THAT(blob->ReadInPieces(1, blob->size() - 1,
                                   [&](BytesView piece) -> Status {
                                     back.insert(back.end(), piece.begin(), piece.end());
                                     return {};
                                   }),
                cupel::testing::IsOk());
    EXPECT_TRUE(std::equal(back.begin(), back.end(), bytes.begin() + 1, bytes.end()));
    Bytes three(3);
    EXPECT_THAT(blob->Read(blob->size() - 2, three), HasError(ErrorCode::kCorrupt));
  }
}

}  // namespace
}  // namespace cupel::data::dataset
