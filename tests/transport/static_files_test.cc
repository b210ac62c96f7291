#include "transport/http/static_files.h"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace transport {
namespace {

namespace fs = std::filesystem;

class StaticFiles : public testing::Test {
 protected:
  StaticFiles() {
    std::string pattern = (fs::temp_directory_path() / "static_files_XXXXXX").string();
    outside = ::mkdtemp(pattern.data());
    directory = outside / "web";
    fs::create_directory(directory);
    write("index.html", "<home>");
  }
  ~StaticFiles() override { fs::remove_all(outside); }

  void write(const std::string& name, const std::string& content) const {
    fs::create_directories((directory / name).parent_path());
    std::ofstream(directory / name, std::ios::binary) << content;
  }
  HttpResponse get(std::string_view path, const std::string& header = {},
                   const std::string& value = {}) const {
    HttpRequest request;
    request.method = "GET";
    if (!header.empty()) request.headers.emplace_back(header, value);
    return static_file({directory.string(), own_types, cache_timeout_s}, path, request);
  }
  static std::string header(const HttpResponse& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return "";
  }

  fs::path outside;
  fs::path directory;
  MediaTypes own_types;
  uint32_t cache_timeout_s = 0;
};

TEST_F(StaticFiles, AFileIsServedWithItsType) {
  const std::vector<std::pair<std::string, std::string>> types = {
      {"a.html", "text/html; charset=utf-8"},
      {"a.js", "text/javascript; charset=utf-8"},
      {"a.mjs", "text/javascript; charset=utf-8"},
      {"a.css", "text/css; charset=utf-8"},
      {"a.svg", "image/svg+xml"},
      {"a.png", "image/png"},
      {"a.json", "application/json"},
      {"a.wasm", "application/wasm"},
      {"a.txt", "text/plain; charset=utf-8"},
      {"a.nobody-knows", "application/octet-stream"}};
  for (const auto& [name, type] : types) {
    write(name, std::string("content\0of ", 11) + name);
    const HttpResponse response = get("/" + name);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.content_type, type);
    EXPECT_EQ(response.body, std::string("content\0of ", 11) + name);
  }
}

TEST_F(StaticFiles, ADirectoryMeansItsIndex) {
  write("sub/index.html", "<sub>");
  EXPECT_EQ(get("").body, "<home>");
  EXPECT_EQ(get("/").body, "<home>");
  EXPECT_EQ(get("sub/").body, "<sub>");
  EXPECT_EQ(get("sub/").content_type, "text/html; charset=utf-8");
}

TEST_F(StaticFiles, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(get("absent.html").status, 404);
  EXPECT_EQ(get("index.html/").status, 404);
  EXPECT_EQ(static_file({(outside / "nowhere").string()}, "index.html", {}).status, 404);
}

TEST_F(StaticFiles, MayHaveTypesOfTheirOwn) {
  own_types = {{"html", "text/html; charset=latin1"}, {"nobody-knows", "text/x-mine"}};
  write("a.nobody-knows", "");
  EXPECT_EQ(get("").content_type, "text/html; charset=latin1");
  EXPECT_EQ(get("a.nobody-knows").content_type, "text/x-mine; charset=utf-8");
}

TEST_F(StaticFiles, AreKeptByClientsThatAskWhetherTheyAreTheSame) {
  const HttpResponse whole = get("");
  EXPECT_EQ(header(whole, "Cache-Control"), "no-cache");
  const HttpResponse same = get("", "if-none-match", header(whole, "ETag"));
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(header(same, "ETag"), header(whole, "ETag"));
  EXPECT_EQ(header(same, "Cache-Control"), "no-cache");
  EXPECT_EQ(get("", "if-modified-since", header(whole, "Last-Modified")).status, 304);
  const auto before = fs::last_write_time(directory / "index.html");
  write("index.html", "<HOME>");
  fs::last_write_time(directory / "index.html", before + std::chrono::seconds(1));
  EXPECT_EQ(get("", "if-none-match", header(whole, "ETag")).body, "<HOME>");
  EXPECT_EQ(get("", "if-modified-since", header(whole, "Last-Modified")).body, "<HOME>");
}

TEST_F(StaticFiles, AreKeptByClientsAsLongAsIsConfigured) {
  cache_timeout_s = 3600;
  EXPECT_EQ(header(get(""), "Cache-Control"), "public, max-age=3600");
  EXPECT_EQ(header(get("absent.html"), "Cache-Control"), "");
}

TEST_F(StaticFiles, AreGivenInParts) {
  const HttpResponse part = get("", "range", "bytes=1-4");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "home");
  EXPECT_EQ(part.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(header(part, "Content-Range"), "bytes 1-4/6");
  const HttpResponse none = get("", "range", "bytes=6-");
  EXPECT_EQ(none.status, 416);
  EXPECT_EQ(header(none, "Content-Range"), "bytes */6");
}

TEST_F(StaticFiles, NoPathLeadsOutOfTheDirectory) {
  std::ofstream(outside / "secret.txt") << "secret";
  for (const char* path :
       {"../secret.txt", "/../secret.txt", "sub/../../secret.txt", "..", "/..", "//../secret.txt"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get((outside / "secret.txt").string()).status, 404);
}

TEST_F(StaticFiles, ADirectoryThatBeginsWithTheSameNameIsOutside) {
  fs::create_directory(outside / "web-private");
  std::ofstream(outside / "web-private" / "a.txt") << "secret";
  fs::create_symlink("../web-private", directory / "link");
  EXPECT_EQ(get("link/a.txt").status, 404);
}

TEST_F(StaticFiles, LinksThatStayInsideAreFollowed) {
  fs::create_symlink("index.html", directory / "home.html");
  EXPECT_EQ(get("home.html").body, "<home>");
}

TEST_F(StaticFiles, LinksThatLeadOutAreNotFollowed) {
  std::ofstream(outside / "secret.txt") << "secret";
  fs::create_symlink(outside / "secret.txt", directory / "a.txt");
  EXPECT_EQ(get("a.txt").status, 404);
}

TEST_F(StaticFiles, HiddenFilesAreNotServed) {
  write(".git/config", "hidden");
  write(".env", "hidden");
  fs::create_symlink(".env", directory / "env.txt");
  for (const char* path : {".env", ".git/config", "/.env", "env.txt"})
    EXPECT_EQ(get(path).status, 404) << path;
}

TEST_F(StaticFiles, SpecialFilesAreNotServed) {
  ASSERT_EQ(::mkfifo((directory / "fifo.txt").c_str(), 0600), 0);
  EXPECT_EQ(get("fifo.txt").status, 404);
  fs::create_directory(directory / "folder.txt");
  EXPECT_EQ(get("folder.txt").status, 404);
}

TEST_F(StaticFiles, FilesOverTwoMegabytesAreNotServed) {
  write("large.bin", std::string(2 * 1024 * 1024, 'x'));
  EXPECT_EQ(get("large.bin").body.size(), 2u * 1024 * 1024);
  write("large.bin", std::string(2 * 1024 * 1024 + 1, 'x'));
  EXPECT_EQ(get("large.bin").status, 404);
  EXPECT_EQ(get("large.bin").body, "files of more than 2097152 bytes are not served here\n");
}

}  // namespace
}  // namespace transport
