// SPDX-License-Identifier: Apache-2.0
// Where a request ends: a proxy in front of the server and the server itself must see the same end, or a
// client can slip a second request past the proxy. What could be seen in two ways is refused.
#include "cupel/application/server/sockets_for_test.h"

#include <random>
#include <utility>

namespace cupel::application::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kHidden = "GET /hidden HTTP/1.1\r\n\r\n";

class HttpFramingTest : public ::testing::Test {
 protected:
  std::string Exchange(std::string_view text) const { return server_.Exchange(text); }
  /// A POST with these header lines and this body.
  std::string Post(const std::string& headers, const std::string& body, bool close = true) const {
    return Exchange("POST /add-checkpoint HTTP/1.1\r\n" + headers +
                    (close ? "Connection: close\r\n\r\n" : "\r\n") + body);
  }

  CountingSite site_;
  RunningServer server_{site_.Get(), SmallLimits()};
};

TEST_F(HttpFramingTest, TakesBodiesOfAKnownLength) {
  EXPECT_THAT(Post("Content-Length: 3\r\n", "abc"), HasSubstr("post 3 abc"));
  EXPECT_THAT(Post("content-length:  3 \r\n", "abc"), HasSubstr("post 3 abc"));
  EXPECT_THAT(Post("Content-Length: 0\r\n", ""), HasSubstr("post 0 "));
  EXPECT_THAT(Exchange("POST /add-checkpoint HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc"),
              HasSubstr("post 3 abc"));
}

TEST_F(HttpFramingTest, RefusesNamesOfHeadersThatAreNone) {
  for (const std::string& name : {std::string("X\0Y", 3), std::string("X Y"), std::string("X\tY"),
                                  std::string(" X"), std::string("X\x7F"), std::string("X\xC3\xA9"),
                                  std::string("X(Y"), std::string("\"X\""), std::string()}) {
    EXPECT_THAT(Post(name + ": 1\r\nContent-Length: 3\r\n", "abc"), StartsWith("HTTP/1.1 400")) << name;
  }
  EXPECT_EQ(site_.posts, 0);
  EXPECT_THAT(Post("X-!#$%&'*+.^_`|~9: 1\r\nContent-Length: 3\r\n", "abc"), HasSubstr("post 3 abc"));
}

TEST_F(HttpFramingTest, AsksForALengthWhereBodiesComeInChunks) {
  // The library takes a malformed chunk for the end of the body, so chunks are not read at all.
  for (const char* encoding : {"chunked", "Chunked", "gzip, chunked", "identity", "xchunked"}) {
    const std::string answers =
        Post(fmt::format("Transfer-Encoding: {}\r\n", encoding), "3\r\nabc\r\n0\r\n\r\n" + kHidden, false);
    EXPECT_THAT(answers, StartsWith("HTTP/1.1 411")) << encoding;
    EXPECT_EQ(CountOf(answers, "HTTP/1.1 "), 1u) << answers;
  }
  EXPECT_EQ(site_.posts, 0);
  EXPECT_EQ(site_.gets, 0);
}

TEST_F(HttpFramingTest, APostWithoutALengthHasNoBody) {
  // And what follows is the next request, not its body (RFC 9112, 6.3).
  const std::string answers =
      Exchange("POST /add-checkpoint HTTP/1.1\r\n\r\nGET /next HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(CountOf(answers, "HTTP/1.1 200"), 2u) << answers;
  EXPECT_THAT(answers, HasSubstr("post 0 "));
  EXPECT_THAT(answers, HasSubstr("get /next"));
}

TEST_F(HttpFramingTest, RefusesWhatCouldEndInTwoPlaces) {
  const std::string chunks = "3\r\nabc\r\n0\r\n\r\n";
  for (const char* headers :
       {"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 3\r\nContent-Length: 5\r\n",
        "Content-Length: 3\r\nContent-Length: 3\r\n", "Content-Length: 3, 5\r\n", "Content-Length: +3\r\n",
        "Content-Length: -3\r\n", "Content-Length: 3x\r\n", "Content-Length: 0x3\r\n",
        "Content-Length: 3 3\r\n", "Content-Length: 99999999999999999999\r\n", "Content-Length : 3\r\n",
        " Content-Length: 3\r\n", "Content-Length\t: 3\r\n", "X: y\r\n Content-Length: 3\r\n",

        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding : chunked\r\n"}) {
    for (const bool close : {true, false}) {
      const std::string answers = Post(headers, chunks + kHidden, close);
      EXPECT_THAT(answers, StartsWith("HTTP/1.1 400")) << headers;
      EXPECT_EQ(CountOf(answers, "HTTP/1.1 "), 1u) << "the connection ends: " << headers << answers;
    }
  }
  EXPECT_EQ(site_.posts, 0);
  EXPECT_EQ(site_.gets, 0);
}

TEST_F(HttpFramingTest, ATornBodyNeverReachesTheSite) {
  bool hangs_up = false;
  for (const std::string& request :
       {std::string("Content-Length: 10\r\n\r\nabc"), std::string("Content-Length: 10\r\n\r\n"),
        std::string("Content-Length: 10\r\n"), std::string("Content-Length: 10"),
        std::string("Content-Length: 900\r\n\r\n" + std::string(899, 'a'))}) {
    RawClient client(server_.port());
    client.Send("POST /add-checkpoint HTTP/1.1\r\n" + request);
    // Once a client that says no more until its time is over, and then clients that hang up.
    if (std::exchange(hangs_up, true)) client.FinishSending();
    EXPECT_THAT(client.ReadToEnd(), Not(HasSubstr("HTTP/1.1 200"))) << request;
  }
  EXPECT_EQ(site_.posts, 0);
}

/// Random requests put together from good and bad pieces: the server must answer each of them with one
/// status at most, go on living, and never show the site more than the client announced.
TEST_F(HttpFramingTest, SurvivesRandomRequests) {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same requests in every run
  const auto one_of = [&](const std::vector<std::string>& texts) { return texts[random() % texts.size()]; };
  for (int round = 0; round < 150; ++round) {
    std::string request = one_of({"GET", "POST", "HEAD", "get", "", "P\0ST", "PRI"}) + " " +
                          one_of({"/a", "/add-checkpoint", "*", "", "/%00", "//", "/add-checkpoint?x=%zz"}) +
                          one_of({" HTTP/1.1", " HTTP/1.0", " HTTP/2.0", "", " HTTP/1.1 x"}) + "\r\n";
    for (std::size_t i = random() % 5; i > 0; --i) {
      request +=
          one_of({"Content-Length: 3", "Content-Length: 0", "Transfer-Encoding: chunked",
                  "Expect: 100-continue", "Connection: keep-alive", "Range: bytes=0-1,2-3", "X: y", ":",
                  "no colon", "Content-Type: multipart/form-data; boundary=b", "Content-Encoding: br"}) +
          one_of({"\r\n", "\r\n", "\r\n", "\n", "\r"});
    }
    request += "\r\n" + one_of({"", "abc", "3\r\nabc\r\n0\r\n\r\n", std::string(1500, 'z')});
    if (random() % 4 == 0) request.resize(random() % request.size());
    RawClient client(server_.port());
    client.Send(request);
    client.FinishSending();
    client.ReadToEnd();
  }
  EXPECT_THAT(Post("Content-Length: 3\r\n", "abc"), HasSubstr("post 3 abc"));
}

}  // namespace
}  // namespace cupel::application::server
