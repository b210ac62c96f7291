// The file in which a realm's histories and retained events outlast the program. The door to SQLite.
//
// An event is written as the PUBLISH message that says it all, so what is read is checked like anything that
// comes from outside. One thread at a time. The file is locked: no other program may use it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "router/config/config.h"
#include "router/events/event_store.h"

namespace router::broker {

class SqliteFile {
 public:
  // Opens the file, or makes it. Throws std::runtime_error: which file, and what is wrong with it.
  SqliteFile(const std::string& path, const std::vector<config::EventHistory>& histories);
  ~SqliteFile();
  SqliteFile(const SqliteFile&) = delete;
  SqliteFile& operator=(const SqliteFile&) = delete;

  // What the limits have room for, the newest. Throws std::runtime_error.
  StoredEvents load(uint32_t max_retained, Timestamp now);

  // All of it or nothing; it is on the disk when this returns. Returns what failed, if anything did.
  std::optional<std::string> write(std::span<const StoreWrite> writes, Timestamp now);

 private:
  struct Connection;
  struct History {
    int64_t id = 0;  // in the file
    uint32_t limit = 0;
    size_t untrimmed = 0;  // events added since those were removed that have gone out
  };
  void write_one(const StoreWrite& write);
  void write_history(const StoreWrite& write, const StoreWrite::Entry& entry);
  void write_retained(const StoredEvent& event);

  const std::string path_;
  std::unique_ptr<Connection> connection_;
  std::vector<History> histories_;  // as in the configuration
};

}  // namespace router::broker
