#include "router/monitor/monitor_pages.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <new>
#include <system_error>
#include <utility>
#include <variant>

#include <sys/resource.h>
#include <unistd.h>

#include "router/insight/realm_numbers.h"
#include "router/insight/sessions_page.h"
#include "router/insight/uris_page.h"
#include "router/monitor/exposition.h"
#include "router/monitor/monitor.h"
#include "serializers/json/json_writer.h"
#include "transport/http/request_head.h"
#include "transport/memory/has_memory_for.h"

namespace router {
namespace {

using transport::HttpResponse;

HttpResponse json_response(int status, const wamp::Dict& body) {
  return {status, "application/json", serializers::json_text(body) + "\n", {{"Cache-Control", "no-store"}}};
}

HttpResponse come_again(const std::string& why) {
  HttpResponse response = json_response(503, {{"error", why}});
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

bool is_of_health(std::string_view name) {
  return name == "healthz" || name == "livez" || name == "readyz";
}

HttpResponse wrong_query(const std::string& what) {
  return json_response(400, {{"error", what}});
}

// What a query asks for: the options of the list, and a realm.
struct Asking {
  wamp::Dict options;
  std::optional<std::string> realm;
};

wamp::Value value_of(const std::string& name, const std::string& text) {
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const bool is_number = std::from_chars(text.data(), end, number).ptr == end && !text.empty();
  if (name == "subs" && (text == "1" || text == "true")) return true;
  if (name == "subs" && (text == "0" || text == "false")) return false;
  return is_number ? wamp::Value(number) : wamp::Value(text);
}

// In the words of nats-server. Nothing: it is malformed.
std::optional<Asking> read_query(std::string_view query, bool is_of_sessions) {
  Asking asking;
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const size_t sign = part.find('=');
    const auto name = transport::percent_decoded(part.substr(0, sign));
    const auto text = transport::percent_decoded(sign == part.npos ? "" : part.substr(sign + 1));
    if (!name || !text) return std::nullopt;
    // All of those that are listed are open.
    if (is_of_sessions && *name == "state" && (*text == "open" || *text == "any")) continue;
    if (*name == "realm")
      asking.realm = *text;
    else
      asking.options.set(*name == "sort" ? "order" : *name, value_of(*name, *text));
  }
  return asking;
}

std::vector<std::shared_ptr<Realm>> chosen(const Realms& realms, const std::optional<std::string>& name) {
  if (!name) return realms.all();
  const auto found = realms.find(*name);
  return found ? std::vector{found} : std::vector<std::shared_ptr<Realm>>{};
}

// The answer with a list: how much of it is on the page.
HttpResponse list_response(const char* what, const insight::PageRequest& page, size_t total, wamp::List list,
                           WallTime now) {
  wamp::Dict body{{"now", iso_8601(now)},
                  {std::string("num_") + what, uint64_t{list.size()}},
                  {"total", uint64_t{total}},
                  {"offset", uint64_t{page.offset}},
                  {"limit", uint64_t{page.limit}}};
  body.append(what, std::move(list));  // not into the braces, where it would be copied
  return json_response(200, body);
}

template <class Page>
HttpResponse list_page(const char* what, const insight::PageRequest& request,
                       const std::vector<std::shared_ptr<Realm>>& realms, const Clock& clock) {
  Page page(request, true);
  for (const auto& realm : realms) {
    page.begin(realm->insight());
    realm->inspect([&page](const RealmState& state) { return page.collect_some(state); });
  }
  page.choose();
  for (const auto& realm : realms)
    realm->inspect([&](const RealmState& state) { return page.add_lists_some(realm->name(), state); });
  const WallTime now = clock.wall_time();
  return list_response(what, request, page.total(), page.list(now), now);
}

HttpResponse denials_page(const char* what, const insight::PageRequest& request,
                          const std::vector<std::shared_ptr<Realm>>& realms, const Clock& clock) {
  std::vector<std::pair<std::string, wamp::Value>> all;
  for (const auto& realm : realms)
    for (wamp::Value& denial : insight::denials_of(realm->insight(), true, SIZE_MAX))
      all.emplace_back(*denial.get<wamp::Dict>()->find("time")->get<std::string>(), std::move(denial));
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  wamp::List list;
  for (size_t i = request.offset; i < all.size() && list.size() < request.limit; ++i)
    list.push_back(std::move(all[i].second));
  return list_response(what, request, all.size(), std::move(list), clock.wall_time());
}

insight::PageRules rules_of_denials(bool) {
  return {.usual = {.limit = insight::most_on_a_page}};
}

// The pages that are lists.
struct ListPage {
  std::string_view name;
  const char* what;
  insight::PageRules (*rules)(bool http);
  HttpResponse (*make)(const char* what, const insight::PageRequest& request,
                       const std::vector<std::shared_ptr<Realm>>& realms, const Clock& clock);
};
constexpr std::array list_pages{
    ListPage{"connz", "connections", insight::SessionsPage::rules, list_page<insight::SessionsPage>},
    ListPage{"procz", "procedures", insight::ProceduresPage::rules, list_page<insight::ProceduresPage>},
    ListPage{"topicz", "topics", insight::TopicsPage::rules, list_page<insight::TopicsPage>},
    ListPage{"deniedz", "denials", rules_of_denials, denials_page}};

std::string last_part_of(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

}  // namespace

MonitorPages::MonitorPages(const Monitor& monitor, const Realms& realms, const Clock& clock)
    : monitor_(monitor), realms_(realms), clock_(clock) {}

MonitorPages::~MonitorPages() {
  stop();
}

HttpResponse MonitorPages::page(std::string_view name, std::string_view query) const {
  if (name == "healthz" || name == "livez") return json_response(200, {{"status", "ok"}});
  if (name == "readyz") {
    const auto why_not = monitor_.why_not_ready();
    if (!why_not) return json_response(200, {{"status", "ok"}});
    HttpResponse response = json_response(503, {{"status", "unavailable"}, {"error", *why_not}});
    response.headers.emplace_back("Retry-After", "2");
    return response;
  }
  if (name == "varz") return json_response(200, monitor_.varz());
  const auto found = std::find_if(list_pages.begin(), list_pages.end(),
                                  [name](const ListPage& page) { return page.name == name; });
  if (found == list_pages.end())
    return json_response(
        404, {{"error", "expected varz, connz, procz, topicz, deniedz, healthz, livez or readyz"}});
  const auto asking = read_query(query, name == "connz");
  if (!asking) return wrong_query("the query is malformed");
  auto request = insight::read_page_request(asking->options, found->rules(true));
  if (const auto* const what = std::get_if<std::string>(&request)) return wrong_query(*what);
  const auto realms = chosen(realms_, asking->realm);
  if (asking->realm && realms.empty()) return wrong_query("there is no realm \"" + *asking->realm + "\"");
  return found->make(found->what, std::get<insight::PageRequest>(request), realms, clock_);
}

HttpResponse MonitorPages::metrics(std::string_view accept) const {
  const Exposition exposition = exposition_for(accept);
  return {200, content_type(exposition), monitor_.metrics(exposition), {}};
}

// ---- who waits

transport::Service::Answer MonitorPages::on_get(transport::Loop& loop, const transport::HttpRequest& request,
                                                What what, transport::HttpExchange& exchange) {
  const std::string name = last_part_of(request.path);
  if (what == What::page && is_of_health(name)) return page(name, {});
  auto waiter = std::make_shared<Waiter>();
  waiter->pages = this;
  waiter->loop = &loop;
  waiter->exchange = &exchange;
  waiter->what = what;
  waiter->name = name;
  waiter->query = request.query;
  waiter->accept = request.header("accept");
  const transport::Lock lock(mutex_);
  if (waiters_.size() >= most_waiting || stops_) return come_again("too many ask for pages like this one");
  if (!thread_.joinable()) {
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
      return come_again("there is no thread that could make the page: " + std::string(error.what()));
    }
  }
  waiters_.insert(waiter);
  try {
    unanswered_.push_back(waiter);
  } catch (...) {
    waiters_.erase(waiter);
    throw;
  }
  changed_.notify_one();
  return transport::Service::Later{waiter.get()};
}

void MonitorPages::Waiter::on_gone(transport::HttpExchange&) {
  exchange = nullptr;
  pages->forget(*this);
}

void MonitorPages::forget(const Waiter& waiter) {
  const transport::Lock lock(mutex_);
  const auto is_it = [&waiter](const auto& one) { return one.get() == &waiter; };
  std::erase_if(unanswered_, is_it);
  std::erase_if(waiters_, is_it);
}

void MonitorPages::stop() {
  std::thread thread;
  {
    const transport::Lock lock(mutex_);
    stops_ = true;
    thread = std::move(thread_);
  }
  changed_.notify_all();
  if (thread.joinable()) thread.join();
}

// ---- the thread

void MonitorPages::run() {
  // Whoever serves clients comes first.
  constexpr int nice = 5;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice);
  for (;;) {
    std::shared_ptr<Waiter> next;
    {
      const transport::Lock lock(mutex_);
      while (unanswered_.empty() && !stops_) changed_.wait(mutex_);
      if (stops_) return;
      next = std::move(unanswered_.front());
      unanswered_.pop_front();
    }
    constexpr std::chrono::milliseconds pause_without_memory(10);
    constexpr int most_tries = 3;
    for (int tries = 1; !transport::has_memory_for([&] { answer(next, tries <= most_tries); }) && !stops();
         ++tries)
      std::this_thread::sleep_for(pause_without_memory);
  }
}

bool MonitorPages::stops() const {
  const transport::Lock lock(mutex_);
  return stops_;
}

HttpResponse MonitorPages::response_to(const Waiter& waiter, bool has_room) const {
  if (!has_room) return come_again("there is not enough memory for the page");
  try {
    return waiter.what == What::page ? page(waiter.name, waiter.query) : metrics(waiter.accept);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    return json_response(500, {{"error", error.what()}});
  }
}

void MonitorPages::answer(const std::shared_ptr<Waiter>& waiter, bool has_room) {
  const auto response = std::make_shared<HttpResponse>(response_to(*waiter, has_room));
  waiter->loop->post([waiter, response] {
    if (!waiter->exchange) return;
    waiter->pages->forget(*waiter);
    std::exchange(waiter->exchange, nullptr)->answer(std::move(*response));
  });
}

}  // namespace router
