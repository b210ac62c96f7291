#include "transport/http/media_types.h"

#include <fstream>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace transport {
namespace {

TEST(MediaTypesOfFiles, AreKnownByThirtyEndings) {
  const MediaTypes known = known_media_types("/nowhere");
  EXPECT_GE(known.size(), 30u);
  EXPECT_EQ(media_type("a/b.html", {}, known), "text/html; charset=utf-8");
  EXPECT_EQ(media_type("b.min.js", {}, known), "text/javascript; charset=utf-8");
  EXPECT_EQ(media_type("b.js.map", {}, known), "application/json");
  EXPECT_EQ(media_type("b.wasm", {}, known), "application/wasm");
  EXPECT_EQ(media_type("B.PNG", {}, known), "image/png");
  EXPECT_EQ(media_type("b.woff2", {}, known), "font/woff2");
  for (const char* path : {"html", "a.html/b", "", ".", "a.", "a.unheard-of"})
    EXPECT_EQ(media_type(path, {}, known), "application/octet-stream") << path;
}

TEST(MediaTypesOfFiles, AreThoseOfTheMachineWhereItKnowsThem) {
  const test_support::TemporaryFolder folder;
  std::ofstream(folder.file("mime.types")) << "# all that there is\n"
                                              "text/x-page\t\t\thtml htm\n"
                                              "application/nothing\n\n"
                                              "video/x-own  own # ours\n"
                                              "video/x-later own\n";
  const MediaTypes known = known_media_types(folder.file("mime.types"));
  EXPECT_EQ(media_type("a.html", {}, known), "text/x-page; charset=utf-8");
  EXPECT_EQ(media_type("a.own", {}, known), "video/x-own");
  EXPECT_EQ(media_type("a.css", {}, known), "text/css; charset=utf-8");
  EXPECT_EQ(media_type("a.own", {{"own", "video/x-mine"}}, known), "video/x-mine");
}

}  // namespace
}  // namespace transport
