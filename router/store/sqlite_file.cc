#include "router/store/sqlite_file.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include <sqlite3.h>

#include "router/events/retained_events.h"

namespace router::broker {
namespace {

using serializers::Format;

constexpr int application_id = 0x77616D70;  // "wamp"
constexpr int schema_version = 1;

// FULL: a commit in the write-ahead log is on the disk before it is reported, so what was acknowledged
// outlives a power cut too, not only the process. A batch of publications shares one such wait.
constexpr const char* settings =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA journal_size_limit = 67108864;";

constexpr const char* schema =
    "CREATE TABLE history(id INTEGER PRIMARY KEY, uri TEXT NOT NULL, match TEXT NOT NULL, UNIQUE(uri, "
    "match));"
    "CREATE TABLE event(number INTEGER PRIMARY KEY, history INTEGER NOT NULL, publication INTEGER NOT NULL,"
    " time_us INTEGER NOT NULL, format TEXT NOT NULL, message BLOB NOT NULL);"
    "CREATE INDEX event_of_history ON event(history, number);"
    "CREATE TABLE retained(number INTEGER PRIMARY KEY, topic TEXT NOT NULL, restricted INTEGER NOT NULL,"
    " publication INTEGER NOT NULL, time_us INTEGER NOT NULL, expiry_us INTEGER, format TEXT NOT NULL,"
    " message BLOB NOT NULL);"
    "CREATE INDEX retained_of_topic ON retained(topic, restricted, number);"
    "CREATE INDEX retained_expiry ON retained(expiry_us) WHERE expiry_us IS NOT NULL;";

class SqliteError : public std::runtime_error {
 public:
  explicit SqliteError(sqlite3* database) : std::runtime_error(sqlite3_errmsg(database)) {}
};

struct Blob {
  std::string_view bytes;
};

struct Nullable {
  bool is_null = true;
  int64_t value = 0;
};

// A statement that is prepared once. run() or each row of step() comes after the bind()s, in their order.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql) : database_(database) {
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) != SQLITE_OK)
      throw SqliteError(database);
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  template <class... Values>
  Statement& bind(const Values&... values) {
    sqlite3_reset(statement_);
    int at = 0;
    (bind_one(++at, values), ...);
    return *this;
  }
  bool step() {
    const int result = sqlite3_step(statement_);
    if (result != SQLITE_ROW && result != SQLITE_DONE) {
      const SqliteError error(database_);
      sqlite3_reset(statement_);
      throw error;
    }
    if (result == SQLITE_DONE) sqlite3_reset(statement_);
    return result == SQLITE_ROW;
  }
  void run() {
    while (step()) {
    }
  }
  int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::string bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_, column);
    const auto size = static_cast<size_t>(sqlite3_column_bytes(statement_, column));
    return data ? std::string(static_cast<const char*>(data), size) : std::string();
  }

 private:
  void check(int result) {
    if (result != SQLITE_OK) throw SqliteError(database_);
  }
  void bind_one(int at, int64_t value) { check(sqlite3_bind_int64(statement_, at, value)); }
  void bind_one(int at, std::string_view text) {
    check(sqlite3_bind_text64(statement_, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8));
  }
  void bind_one(int at, const Blob& blob) {
    check(sqlite3_bind_blob64(statement_, at, blob.bytes.data(), blob.bytes.size(), SQLITE_STATIC));
  }
  void bind_one(int at, const Nullable& number) {
    check(number.is_null ? sqlite3_bind_null(statement_, at)
                         : sqlite3_bind_int64(statement_, at, number.value));
  }

  sqlite3* const database_;
  sqlite3_stmt* statement_ = nullptr;
};

std::optional<Format> format_called(std::string_view name) {
  for (const Format format : serializers::all_formats)
    if (serializers::name(format) == name) return format;
  return std::nullopt;
}

std::string encoded(const StoredEvent& event) {
  std::string bytes;
  const wamp::Message message = to_publish(event);
  const auto tail = serializers::encode_envelope(event.payload.format, message, event.payload.count, bytes);
  return bytes.append(event.payload.bytes()).append(tail);
}

int64_t microseconds(Timestamp time) {
  return time.time_since_epoch().count();
}

// Columns: publication, time_us, format, message, number, and for retained events expiry_us.
StoredEventRef decoded(const Statement& row, const char* table, bool has_expiry) {
  const auto fail = [&](const std::string& why) {
    throw std::runtime_error("row " + std::to_string(row.integer(4)) + " of table " + table + ": " + why);
  };
  const auto publication = static_cast<uint64_t>(row.integer(0));
  const auto format = format_called(row.bytes(2));
  if (!wamp::is_valid_id(publication)) fail("no publication id");
  if (!format) fail("unknown format");
  const std::string bytes = row.bytes(3);
  serializers::Scratch scratch;
  const auto message = serializers::decode(*format, bytes, scratch, {serializers::max_nesting});
  if (!message) fail(message.error().message);
  const auto* publish = std::get_if<wamp::Publish>(&*message);
  if (!publish) fail("not a PUBLISH message");
  auto event = from_publish(*publish, *format);
  if (!event) fail(event.error().message);
  event->publication = wamp::PublicationId(publication);
  event->time = Timestamp(std::chrono::microseconds(row.integer(1)));
  if (has_expiry && !row.is_null(5)) event->expiry = Timestamp(std::chrono::microseconds(row.integer(5)));
  return std::make_shared<const StoredEvent>(std::move(*event));
}

int64_t pragma(sqlite3* database, const char* sql) {
  Statement statement(database, sql);
  return statement.step() ? statement.integer(0) : 0;
}

void execute(sqlite3* database, const std::string& sql) {
  if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    throw SqliteError(database);
}

void check_or_make_schema(sqlite3* database) {
  if (sqlite3_db_readonly(database, "main") == 1) throw std::runtime_error("the file may only be read");
  execute(database, settings);
  const bool is_new = pragma(database, "SELECT count(*) FROM sqlite_master") == 0;
  if (!is_new && pragma(database, "PRAGMA application_id") != application_id)
    throw std::runtime_error("this is a database of another program");
  if (!is_new && pragma(database, "PRAGMA user_version") != schema_version)
    throw std::runtime_error("the file was written by another version of wampd");
  if (!is_new) return;
  execute(database, "BEGIN IMMEDIATE; " + std::string(schema) +
                        "PRAGMA application_id = " + std::to_string(application_id) +
                        "; PRAGMA user_version = " + std::to_string(schema_version) + "; COMMIT");
}

// The database alone, so that it is closed when preparing a statement fails.
struct Database {
  explicit Database(const std::string& path) {
    const int opened = sqlite3_open_v2(
        path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    try {
      if (opened != SQLITE_OK) throw SqliteError(handle);
      check_or_make_schema(handle);
    } catch (...) {
      sqlite3_close(handle);
      throw;
    }
  }
  ~Database() { sqlite3_close(handle); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  sqlite3* handle = nullptr;
};

}  // namespace

struct SqliteFile::Connection {
  explicit Connection(const std::string& path) : database(path) {}

  Database database;
  Statement begin{database.handle, "BEGIN IMMEDIATE"};
  Statement commit{database.handle, "COMMIT"};
  Statement add_event{database.handle,
                      "INSERT INTO event(history, publication, time_us, format, message)"
                      " VALUES(?, ?, ?, ?, ?)"};
  Statement trim{database.handle,
                 "DELETE FROM event WHERE history = ?1 AND number <= (SELECT number FROM event"
                 " WHERE history = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)"};
  Statement add_retained{
      database.handle,
      "INSERT INTO retained(topic, restricted, publication, time_us, expiry_us, format, message)"
      " VALUES(?, ?, ?, ?, ?, ?, ?)"};
  Statement remove_topic{database.handle, "DELETE FROM retained WHERE topic = ?"};
  Statement trim_topic{
      database.handle,
      "DELETE FROM retained WHERE topic = ?1 AND restricted = 1 AND number <= (SELECT number"
      " FROM retained WHERE topic = ?1 AND restricted = 1 ORDER BY number DESC LIMIT 1 OFFSET ?2)"};
  Statement remove_expired{database.handle, "DELETE FROM retained WHERE expiry_us <= ?"};
};

SqliteFile::SqliteFile(const std::string& path, const std::vector<config::EventHistory>& histories)
    : path_(path) {
  try {
    connection_ = std::make_unique<Connection>(path);
    Statement add(connection_->database.handle, "INSERT OR IGNORE INTO history(uri, match) VALUES(?, ?)");
    Statement find(connection_->database.handle, "SELECT id FROM history WHERE uri = ? AND match = ?");
    for (const config::EventHistory& history : histories) {
      const std::string_view uri = history.uri;
      add.bind(uri, wamp::name(history.match)).run();
      find.bind(uri, wamp::name(history.match)).step();
      histories_.push_back({find.integer(0), history.limit, history.limit});
    }
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("store " + path_ + ": " + error.what());
  }
}

SqliteFile::~SqliteFile() = default;

StoredEvents SqliteFile::load(uint32_t max_retained, Timestamp now) {
  StoredEvents stored;
  try {
    connection_->remove_expired.bind(microseconds(now)).run();
    // One more than the limit: so it is known that events have gone out.
    Statement events(connection_->database.handle,
                     "SELECT publication, time_us, format, message, number FROM event WHERE history = ?"
                     " ORDER BY number DESC LIMIT ?");
    for (const History& history : histories_) {
      auto& list = stored.histories.emplace_back();
      events.bind(history.id, int64_t{history.limit} + 1);
      while (events.step()) list.push_back(decoded(events, "event", false));
      std::reverse(list.begin(), list.end());
    }
    Statement retained(connection_->database.handle,
                       "SELECT publication, time_us, format, message, number, expiry_us FROM retained"
                       " ORDER BY number DESC LIMIT ?");
    retained.bind(int64_t{max_retained});
    while (retained.step()) stored.retained.push_back(decoded(retained, "retained", true));
    std::reverse(stored.retained.begin(), stored.retained.end());
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("store " + path_ + ": " + error.what());
  }
  return stored;
}

std::optional<std::string> SqliteFile::write(std::span<const StoreWrite> writes, Timestamp now) {
  try {
    connection_->begin.bind().run();
    for (const StoreWrite& write : writes) write_one(write);
    connection_->remove_expired.bind(microseconds(now)).run();
    connection_->commit.bind().run();
    return std::nullopt;
  } catch (const std::runtime_error& error) {
    // Fails only if SQLite has rolled back itself.
    sqlite3_exec(connection_->database.handle, "ROLLBACK", nullptr, nullptr, nullptr);
    return "store " + path_ + ": " + error.what();
  }
}

void SqliteFile::write_one(const StoreWrite& write) {
  if (!write.cleared_topic.empty()) {
    connection_->remove_topic.bind(std::string_view(write.cleared_topic)).run();
    return;
  }
  for (const StoreWrite::Entry& entry : write.histories) write_history(write, entry);
  if (write.retained) write_retained(*write.event);
}

void SqliteFile::write_history(const StoreWrite& write, const StoreWrite::Entry& entry) {
  const StoredEvent& event = *write.event;
  History& history = histories_[entry.history];
  const std::string bytes = encoded(event);
  connection_->add_event
      .bind(history.id, static_cast<int64_t>(event.publication.value), microseconds(event.time),
            name(event.payload.format), Blob{bytes})
      .run();
  // Not with every event, as it costs a walk over what stays.
  if (++history.untrimmed < std::max<size_t>(64, entry.kept / 8)) return;
  connection_->trim.bind(history.id, static_cast<int64_t>(entry.kept) + 1).run();
  history.untrimmed = 0;
}

void SqliteFile::write_retained(const StoredEvent& event) {
  const std::string_view topic = event.topic;
  if (!event.filter) connection_->remove_topic.bind(topic).run();
  const std::string bytes = encoded(event);
  const Nullable expiry{!event.expiry, event.expiry ? microseconds(*event.expiry) : 0};
  connection_->add_retained
      .bind(topic, int64_t{event.filter != nullptr}, static_cast<int64_t>(event.publication.value),
            microseconds(event.time), expiry, name(event.payload.format), Blob{bytes})
      .run();
  if (event.filter)
    connection_->trim_topic.bind(topic, static_cast<int64_t>(RetainedEvents::max_restricted)).run();
}

}  // namespace router::broker
