// SPDX-License-Identifier: Apache-2.0
// NPY, NPZ, IDX and gzip as other programs write them, and the corners of the formats.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "cupel/base/bytes.h"
#include "cupel/data/dataset/array_bytes_for_test.h"
#include "cupel/data/dataset/idx.h"
#include "cupel/data/dataset/inflate.h"
#include "cupel/data/dataset/npy.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Written by NumPy 1.24.2 (Debian python3-numpy 1:1.24.2-1+deb12u1), savez and savez_compressed of
//   x = numpy.array([[1.5, -2], [0.1, 3e38]], '<f4'), y = numpy.array([3, -1], '<i8').
constexpr std::string_view kSavez =
    "504b030414000000000000002100673e6916900000009000000005001400782e6e707901001000900000000000000090"
    "00000000000000934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572"
    "273a2046616c73652c20277368617065273a2028322c2032292c207d2020202020202020202020202020202020202020"
    "20202020202020202020202020202020202020202020202020202020202020202020202020200a0000c03f000000c0cd"
    "cccc3de6b1617f504b03041400000000000000210067deff68900000009000000005001400792e6e7079010010009000"
    "0000000000009000000000000000934e554d5059010076007b276465736372273a20273c6938272c2027666f72747261"
    "6e5f6f72646572273a2046616c73652c20277368617065273a2028322c292c207d202020202020202020202020202020"
    "2020202020202020202020202020202020202020202020202020202020202020202020202020202020202020200a0300"
    "000000000000ffffffffffffffff504b0102140314000000000000002100673e69169000000090000000050000000000"
    "000000000000800100000000782e6e7079504b010214031400000000000000210067deff689000000090000000050000"
    "0000000000000000008001c7000000792e6e7079504b05060000000002000200660000008e0100000000";
constexpr std::string_view kSavezCompressed =
    "504b030414000000080000002100673e6916560000009000000005001400782e6e707901001000900000000000000056"
    "000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a2aea3a09e965f54529498179f5f94920a"
    "12774bcc294e058a17672416a402f91a463a0a469a3a0ab50a64032e068603f60c40e2ec9933b6cf3626d60300504b03"
    "041400000008000000210067deff684a0000009000000005001400792e6e70790100100090000000000000004a000000"
    "000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9369a1aea3a09e965f54529498179f5f94920a12774b"
    "cc294e058a17672416a402f91a463a9a3a0ab50a14002e660608f80f0500504b0102140314000000080000002100673e"
    "69165600000090000000050000000000000000000000800100000000782e6e7079504b01021403140000000800000021"
    "0067deff684a0000009000000005000000000000000000000080018d000000792e6e7079504b05060000000002000200"
    "660000000e0100000000";

std::vector<float> Row(const NumberArray& array, std::int64_t row) {
  std::vector<float> values(static_cast<std::size_t>(array.RowSize()));
  EXPECT_THAT(array.ReadRow(row, values), IsOk());
  return values;
}

std::string Header(const std::string& descr, const std::string& shape, const std::string& order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

template <typename Number>
Bytes Raw(std::vector<Number> numbers) {
  Bytes bytes(numbers.size() * sizeof(Number));
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

TEST(NumPyFiles, SavezAndSavezCompressedAreRead) {
  for (const std::string_view hex : {kSavez, kSavezCompressed}) {
    CUPEL_ASSERT_OK(const Bytes bytes, FromHex(hex));
    const BlobPointer file = MakeBlob(bytes);
    CUPEL_ASSERT_OK(const NumberArray x, ParseNpz(file, "x", {}));
    EXPECT_THAT(x.shape, ElementsAre(2, 2));
    EXPECT_THAT(Row(x, 0), ElementsAre(1.5f, -2.0f));
    EXPECT_THAT(Row(x, 1), ElementsAre(0.1f, 3e38f));
    CUPEL_ASSERT_OK(const NumberArray y, ParseNpz(file, "y", {}));
    EXPECT_THAT(y.ReadIntegers(), IsOkAndHolds(ElementsAre(3, -1)));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(ParseNpz(MakeBlob(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))),
                            "x", {}))
          << size;
    }
  }
}

TEST(NumPyFiles, EveryTypeAtItsEnds) {
  const auto rows = [](const std::string& descr, const Bytes& numbers, const std::string& shape = "(2,)") {
    const auto array = ParseNpy(MakeBlob(Npy(Header(descr, shape), numbers)));
    EXPECT_THAT(array, IsOk()) << descr;
    return std::vector{Row(*array, 0)[0], Row(*array, 1)[0]};
  };
  EXPECT_THAT(rows("|u1", {0, 255}), ElementsAre(0.0f, 1.0f));
  EXPECT_THAT(rows("|i1", {0x80, 0x7f}), ElementsAre(-128.0f, 127.0f));
  EXPECT_THAT(rows("<u2", {0xff, 0xff, 0x01, 0x00}), ElementsAre(65535.0f, 1.0f));
  EXPECT_THAT(rows("<i2", {0x00, 0x80, 0xff, 0x7f}), ElementsAre(-32768.0f, 32767.0f));
  EXPECT_THAT(rows("<i4", Raw<std::int32_t>({INT32_MIN, INT32_MAX})),
              ElementsAre(-2147483648.0f, 2147483648.0f));
  EXPECT_THAT(rows("<i8", Raw<std::int64_t>({INT64_MIN, (std::int64_t{1} << 24) + 1})),
              ElementsAre(-9223372036854775808.0f, 16777216.0f))
      << "rounded to float32";
  EXPECT_THAT(rows("<f8", Raw<double>({0.1, 1e-50})), ElementsAre(0.1f, 0.0f));
  EXPECT_THAT(rows("<f4", Raw<float>({std::numeric_limits<float>::denorm_min(), -0.0f})),
              ElementsAre(std::numeric_limits<float>::denorm_min(), -0.0f));
  CUPEL_ASSERT_OK(const NumberArray large,
                  ParseNpy(MakeBlob(Npy(Header("<f8", "(1, 2)"), Raw<double>({0, 1e39})))));
  EXPECT_THAT(FindRange(large), HasError(ErrorCode::kCorrupt, HasSubstr("value 1 of sample 0 is inf")));
  CUPEL_ASSERT_OK(const NumberArray exact,
                  ParseNpy(MakeBlob(Npy(Header("<i8", "(2,)"), Raw<std::int64_t>({INT64_MIN, INT64_MAX})))));
  EXPECT_THAT(exact.ReadIntegers(), IsOkAndHolds(ElementsAre(INT64_MIN, INT64_MAX)));
}

TEST(NumPyFiles, OtherTypesAndOrdersAreNamed) {
  for (const char* descr : {">f4", ">i2", "=f4", "<f2", "<f16", "<u4", "<u8", "|b1", "<c8", "|S3", "<U4",
                            "<M8[ns]", "|V2", "|O", "<u1", "f4", ""}) {
    EXPECT_THAT(ParseNpy(MakeBlob(Npy(Header(descr, "(1,)"), Bytes(4)))),
                HasError(ErrorCode::kUnsupported, HasSubstr("\"" + std::string(descr) + "\"")))
        << descr;
  }
  // A structured type's descr is a list.
  EXPECT_THAT(ParseNpy(MakeBlob(
                  Npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", Bytes(4)))),
              HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ParseNpy(MakeBlob(Npy(Header("<f4", "(1, 1)", "True"), Bytes(4)))),
              HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(ParseNpy(MakeBlob(Npy(Header("<f4", "(1,)", "True"), Bytes(4)))), IsOk())
      << "one dimension has one order";
}

TEST(NumPyFiles, VersionsAndHeaderLengths) {
  const std::string header = Header("|u1", "(1,)");
  for (const int version : {0, 4, 255}) {
    EXPECT_THAT(ParseNpy(MakeBlob(Npy(header, {7}, version))),
                HasError(ErrorCode::kUnsupported, HasSubstr("version")))
        << version;
  }
  Bytes minor = Npy(header, {7});
  minor[7] = 1;
  EXPECT_THAT(ParseNpy(MakeBlob(minor)), HasError(ErrorCode::kUnsupported, HasSubstr("1.1")));
  // Padded as NumPy does, also beyond what version 1.0 can say.
  for (const auto& [version, size] : {std::pair{1, 65535}, {2, 65535}, {2, 65536}, {3, 65536}}) {
    std::string padded = header;
    padded.insert(padded.size() - 1, static_cast<std::size_t>(size) - padded.size(), ' ');
    CUPEL_ASSERT_OK(const NumberArray array, ParseNpy(MakeBlob(Npy(padded, {255}, version))));
    EXPECT_THAT(Row(array, 0), ElementsAre(1.0f)) << version;
  }
  std::string beyond = header;
  beyond.insert(beyond.size() - 1, std::size_t{65537} - beyond.size(), ' ');
  EXPECT_THAT(ParseNpy(MakeBlob(Npy(beyond, {255}, 2))), HasError(ErrorCode::kCorrupt));
}

TEST(NumPyFiles, HeadersAreDictionariesInAnyOrder) {
  for (const char* header : {"{\"shape\":(1,),\"descr\":\"|u1\",\"fortran_order\":False}",
                             "{ 'fortran_order' : False ,\n 'shape' : ( 1 , ) , 'descr' : '|u1' }  ",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (1)}"}) {
    EXPECT_THAT(ParseNpy(MakeBlob(Npy(header, {9}))), IsOk()) << header;
  }
  for (const char* header : {"{'descr': '|u1' 'fortran_order': False, 'shape': (1,)}",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (1 1)}",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (,)}",
                             "{'descr': '|u1', 'fortran_order': Falsehood, 'shape': (1,)}",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (1.0,)}",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': [1]}",
                             "{'descr': '|u1\", 'fortran_order': False, 'shape': (1,)}",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (1L,)}",
                             "{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}"}) {
    EXPECT_THAT(ParseNpy(MakeBlob(Npy(header, {9}))),
                HasError(ErrorCode::kCorrupt, HasSubstr("header is not")))
        << header;
  }
  EXPECT_THAT(ParseNpy(MakeBlob(Npy(Header("|u1", "(0, 4611686018427387904, 4)"), {}))),
              HasError(ErrorCode::kCorrupt))
      << "nothing must not hide a size that overflows";
}

TEST(NpzArchives, ArchivesInOtherWords) {
  const Bytes array = Npy(Header("|u1", "(1,)"), {255});
  const auto parse = [](const Bytes& bytes, std::string_view name = "x") {
    return ParseNpz(MakeBlob(bytes), name, {});
  };
  EXPECT_THAT(parse(Zip({{"x.npy", array}}, "a comment PK\x05\x06 in the end record, with its mark")),
              IsOk());
  EXPECT_THAT(parse(Zip({{"x.npy", array}}, std::string(65535, 'c'))), IsOk());
  EXPECT_THAT(parse(Zip({{"x", array, true}})), IsOk()) << "a name without its ending";
  EXPECT_THAT(parse(Zip({{"x.npy", array}, {"x", array}})),
              HasError(ErrorCode::kCorrupt, HasSubstr("two entries")));
  EXPECT_THAT(parse(Zip({})), HasError(ErrorCode::kNotFound));
  EXPECT_THAT(parse(Zip({}), ""), HasError(ErrorCode::kNotFound));
  EXPECT_THAT(parse(Zip({{"x.npy", Text("no array")}})), HasError(ErrorCode::kCorrupt, HasSubstr("NPY")));
  EXPECT_THAT(parse(Zip({{"x.npy", {}}})), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(parse(Zip({{"x.npy", array, false, {}, 1}})),
              HasError(ErrorCode::kUnsupported, HasSubstr("encrypted")));
  EXPECT_THAT(parse(Zip({{"x.npy", array, false, {}, 0, 14}})),
              HasError(ErrorCode::kUnsupported, HasSubstr("method 14")));
  EXPECT_THAT(parse(Join({Zip({{"x.npy", array}}), {0}})),
              HasError(ErrorCode::kCorrupt, HasSubstr("end record")));
}

TEST(NpzArchives, WhatIsBeyondThemIsSaid) {
  const Bytes whole = Zip({{"x.npy", Npy(Header("|u1", "(1,)"), {255})}});
  const std::size_t end = whole.size() - 22, directory = end - 46 - 5;
  const auto with = [&](std::size_t at, const Bytes& change) {
    Bytes bytes = whole;
    std::copy(change.begin(), change.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    return ParseNpz(MakeBlob(bytes), "x", {});
  };
  const Bytes ones = {0xff, 0xff, 0xff, 0xff};
  for (const std::size_t at : {end + 12, end + 16, directory + 20, directory + 24, directory + 42}) {
    EXPECT_THAT(with(at, ones), HasError(ErrorCode::kUnsupported, HasSubstr("zip64"))) << at;
  }
  EXPECT_THAT(with(end + 10, {0xff, 0xff}), HasError(ErrorCode::kUnsupported, HasSubstr("zip64")));
  EXPECT_THAT(with(end + 4, {1, 0}), HasError(ErrorCode::kUnsupported, HasSubstr("disks")));
  EXPECT_THAT(with(end + 10, {0xfe, 0xff}), HasError(ErrorCode::kResourceLimit));
  EXPECT_THAT(with(end + 10, {2, 0}), HasError(ErrorCode::kCorrupt, HasSubstr("directory is cut")));
  EXPECT_THAT(with(end + 12, {1, 0, 0, 0}), HasError(ErrorCode::kCorrupt, HasSubstr("directory is cut")));
  EXPECT_THAT(with(directory + 28, {0xff, 0xff}),
              HasError(ErrorCode::kCorrupt, HasSubstr("directory is cut")));
  EXPECT_THAT(with(directory + 42, {1, 0, 0, 0}),
              HasError(ErrorCode::kCorrupt, HasSubstr("header is missing")));
  EXPECT_THAT(with(directory + 20, {0xff, 0xff, 0, 0}),
              HasError(ErrorCode::kCorrupt, HasSubstr("entry is cut")));
  EXPECT_THAT(with(directory + 24, {1, 0, 0, 0}), HasError(ErrorCode::kCorrupt, HasSubstr("CRC-32")));
  EXPECT_THAT(with(26, {0xff, 0xff}), HasError(ErrorCode::kCorrupt, HasSubstr("entry is cut")))
      << "a local name beyond the end";
}

TEST(NpzArchives, ADeflatedEntryIsOneStreamAndNoMore) {
  const Bytes array = Npy(Header("|u1", "(1,)"), {255});
  EXPECT_THAT(ParseNpz(MakeBlob(Zip({{"x", array, true}})), "x", {}), IsOk());
  // 03 00 is an empty stream of its own: it unpacks to nothing, and still does not belong there.
  for (const Bytes& trailing : {Bytes{3, 0}, Bytes{0}, Text("more")}) {
    EXPECT_THAT(ParseNpz(MakeBlob(Zip({{"x", array, true, trailing}})), "x", {}),
                HasError(ErrorCode::kCorrupt));
  }
}

TEST(GzipFiles, HeadersWithNamesAndExtraFieldsAndEmptyMembers) {
  const Bytes content = Text("content"), raw = Deflate(content, -15);
  const auto crc = crc32(0, content.data(), static_cast<uInt>(content.size()));
  const Bytes trailer = Join({Little(crc, 4), Little(content.size(), 4)});
  // RFC 1952: FEXTRA, FNAME, FCOMMENT.
  const Bytes rich = Join({{0x1f, 0x8b, 8, 4 | 8 | 16, 1, 2, 3, 4, 0, 3},
                           Little(3, 2),
                           Text("abc"),
                           Text("name"),
                           {0},
                           Text("comment"),
                           {0},
                           raw,
                           trailer});
  const Bytes empty = Deflate({}, 31);
  for (const Bytes& file : {rich, Join({empty, rich}), Join({rich, empty, empty})}) {
    CUPEL_ASSERT_OK(const BlobPointer unpacked, Gunzip(Blob(file), {}));
    Bytes back(unpacked->size());
    ASSERT_THAT(unpacked->Read(0, back), IsOk());
    EXPECT_EQ(back, content);
  }
  CUPEL_ASSERT_OK(const BlobPointer nothing, Gunzip(Blob(empty), {}));
  EXPECT_EQ(nothing->size(), 0u);
  for (const Bytes& tail : {Bytes{0}, Bytes(512), Bytes{0x1f}, Bytes{0x1f, 0x8b, 8}}) {
    EXPECT_THAT(Gunzip(Blob(Join({rich, tail})), {}), HasError(ErrorCode::kCorrupt))
        << "bytes after the last member";
  }
}

TEST(GzipFiles, MembersMayEndWhereAPieceEnds) {
  // Pieces are 1 MiB: a stored member that fills one to the last byte, or to the byte before or behind.
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  for (const int shift : {-1, 0, 1}) {
    Bytes noise(kPiece);
    std::uint32_t state = 1;
    for (std::uint8_t& byte : noise)
      byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    Bytes first = Deflate(noise, 31);
    const std::size_t wanted = kPiece + static_cast<std::size_t>(shift + 1) - 1;
    for (int i = 0; i < 8 && first.size() != wanted;
         ++i) {  // Noise does not shrink: a byte less is a byte less.
      noise.resize(noise.size() + wanted - first.size());
      first = Deflate(noise, 31);
    }
    ASSERT_EQ(first.size(), wanted);
    CUPEL_ASSERT_OK(const BlobPointer unpacked, Gunzip(Blob(Join({first, Deflate(Text("tail"), 31)})), {}));
    EXPECT_EQ(unpacked->size(), noise.size() + 4);
  }
}

TEST(IdxFiles, EveryTypeIsBigEndian) {
  const auto rows = [](std::uint8_t code, const Bytes& numbers) {
    const auto array = ParseIdx(MakeBlob(Join({{0, 0, code, 1, 0, 0, 0, 2}, numbers})));
    EXPECT_THAT(array, IsOk()) << int{code};
    return std::vector{Row(*array, 0)[0], Row(*array, 1)[0]};
  };
  EXPECT_THAT(rows(0x08, {255, 51}), ElementsAre(1.0f, 0.2f));
  EXPECT_THAT(rows(0x09, {0x80, 0x7f}), ElementsAre(-128.0f, 127.0f));
  EXPECT_THAT(rows(0x0b, {0x80, 0, 0, 1}), ElementsAre(-32768.0f, 1.0f));
  EXPECT_THAT(rows(0x0c, {0x80, 0, 0, 0, 0, 0, 1, 0}), ElementsAre(-2147483648.0f, 256.0f));
  EXPECT_THAT(rows(0x0d, {0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0}), ElementsAre(1.0f, -2.5f));
  EXPECT_THAT(rows(0x0e, {0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 4, 0, 0, 0, 0, 0, 0}),
              ElementsAre(1.0f, -2.5f));
  for (const int code : {0x00, 0x07, 0x0a, 0x0f, 0xff}) {
    EXPECT_THAT(ParseIdx(MakeBlob({0, 0, static_cast<std::uint8_t>(code), 1, 0, 0, 0, 0})),
                HasError(ErrorCode::kCorrupt, HasSubstr("not an IDX")))
        << code;
  }
  EXPECT_THAT(ParseIdx(MakeBlob({0, 1, 8, 1, 0, 0, 0, 0})), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ParseIdx(MakeBlob({0, 0, 8, 9, 0, 0, 0, 0})), HasError(ErrorCode::kCorrupt))
      << "nine dimensions";
  EXPECT_THAT(ParseIdx(MakeBlob({0, 0, 8, 1, 0, 0, 0, 0})), IsOk()) << "no sample; opening refuses that";
}

TEST(NumberArray, LabelsAreColumnsOfIntegers) {
  const auto labels = [](const std::string& descr, const std::string& shape, std::size_t bytes) {
    const auto array = ParseNpy(MakeBlob(Npy(Header(descr, shape), Bytes(bytes, 1))));
    EXPECT_THAT(array, IsOk());
    return array->ReadIntegers();
  };
  EXPECT_THAT(labels("|u1", "(3,)", 3), IsOkAndHolds(ElementsAre(1, 1, 1)));
  EXPECT_THAT(labels("<u2", "(2, 1)", 4), IsOkAndHolds(ElementsAre(257, 257)));
  EXPECT_THAT(labels("|u1", "(1, 3)", 3), HasError(ErrorCode::kInvalidArgument, HasSubstr("[1, 3]")));
  EXPECT_THAT(labels("<f4", "(1,)", 4), HasError(ErrorCode::kInvalidArgument, HasSubstr("floats")));
  EXPECT_THAT(labels("|u1", "(0,)", 0), IsOkAndHolds(::testing::IsEmpty()));
}

}  // namespace
}  // namespace cupel::data::dataset
