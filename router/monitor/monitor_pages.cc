#include "router/monitor/monitor_pages.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <new>
#include <tuple>
#include <utility>
#include <variant>

#include "router/insight/best_rows.h"
#include "router/insight/fields.h"
#include "router/insight/realm_numbers.h"
#include "router/insight/sessions_page.h"
#include "router/insight/uris_page.h"
#include "router/memory/holding.h"
#include "router/monitor/exposition.h"
#include "router/monitor/monitor.h"
#include "serializers/json/json_writer.h"
#include "transport/http/query.h"
#include "transport/memory/allocated.h"

namespace router {
namespace {

using transport::HttpResponse;

HttpResponse json_response(int status, std::string text) {
  text.push_back('\n');
  return {status, "application/json", std::move(text), {{"Cache-Control", "no-store"}}};
}

HttpResponse json_response(int status, const wamp::Dict& body) {
  return json_response(status, serializers::json_text(body));
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
  // One that is too large stays a text, so that it is named as what is wrong.
  const auto read = std::from_chars(text.data(), end, number);
  const bool is_number = read.ec == std::errc() && read.ptr == end;
  if (name == "subs" && (text == "1" || text == "true" || text == "detail")) return true;
  if (name == "subs" && (text == "0" || text == "false")) return false;
  return is_number ? wamp::Value(number) : wamp::Value(text);
}

// In the words of nats-server. Nothing: it is malformed.
std::optional<Asking> read_query(std::string_view text) {
  const transport::Query query(text);
  if (!query.is_well_formed()) return std::nullopt;
  Asking asking;
  for (const auto& [name, value] : query.parameters()) {
    if (name == "realm")
      asking.realm = value;
    else
      asking.options.set(name, value_of(name, value));
  }
  return asking;
}

std::vector<std::shared_ptr<Realm>> chosen(const Realms& realms, const std::optional<std::string>& name) {
  if (!name) return realms.all();
  const auto found = realms.find(*name);
  return found ? std::vector{found} : std::vector<std::shared_ptr<Realm>>{};
}

// The answer with a list of so many: how much of it is on the page. send_list(sink) sends it.
template <class SendList>
HttpResponse list_response(const char* what, const insight::PageRequest& page, size_t total, size_t size,
                           WallTime now, const SendList& send_list) {
  std::string text;
  serializers::JsonWriter writer(text);
  insight::Fields fields(writer);
  fields.add("now", iso_8601(now));
  fields.add(std::string("num_") + what, uint64_t{size});
  fields.add("total", uint64_t{total});
  fields.add("offset", uint64_t{page.offset});
  fields.add("limit", uint64_t{page.limit});
  send_list(fields.of(what));
  fields.end();
  return json_response(200, std::move(text));
}

template <class Page>
HttpResponse list_page(const char* what, const insight::PageRequest& request,
                       const std::vector<std::shared_ptr<Realm>>& realms, const Clock& clock,
                       transport::Charge charge) {
  Page page(request, true, std::move(charge));
  for (const auto& realm : realms) {
    page.begin(realm->insight());
    realm->inspect([&page](const RealmState& state) { return page.collect_some(state); },
                   [&page] { page.end_slice(); });
  }
  page.choose();
  for (const auto& realm : realms)
    realm->inspect([&](const RealmState& state) { return page.look_up_some(realm->insight(), state); });
  const WallTime now = clock.wall_time();
  return list_response(what, request, page.total(), page.size(), now,
                       [&](serializers::ValueSink& sink) { page.send(sink, now); });
}

struct DenialRow {
  const std::string* realm = nullptr;
  Denial denial;
  size_t number = 0;

  std::tuple<WallTime::duration, size_t> order() const { return {-denial.time.time_since_epoch(), number}; }
  size_t bytes() const {
    size_t all = 0;
    for (const std::string* const text :
         {&denial.authid, &denial.authrole, &denial.peer, &denial.uri, &denial.reason})
      all += transport::allocated(text->size() + 1);
    return all;
  }
};

HttpResponse denials_page(const char* what, const insight::PageRequest& request,
                          const std::vector<std::shared_ptr<Realm>>& realms, const Clock& clock,
                          transport::Charge charge) {
  insight::BestRows<DenialRow> rows(request, std::move(charge));
  size_t number = 0;
  for (const auto& realm : realms) {
    for (Denial& denial : insight::denials_of(realm->insight())) {
      DenialRow row{&realm->name(), std::move(denial), ++number};
      rows.add(row.order(), [&row] { return std::move(row); });
    }
    rows.end_slice();
  }
  wamp::List list;
  for (const DenialRow& row : rows.choose()) list.emplace_back(insight::details_of(row.denial, row.realm));
  return list_response(what, request, rows.total(), list.size(), clock.wall_time(),
                       [&list](serializers::ValueSink& sink) { send(list, sink); });
}

insight::PageRules rules_of_denials(bool) {
  return {.usual = {.limit = insight::most_on_a_page}, .is_of_http = true};
}

// The pages that are lists.
struct ListPage {
  std::string_view name;
  const char* what;
  insight::PageRules (*rules)(bool http);
  HttpResponse (*make)(const char* what, const insight::PageRequest& request,
                       const std::vector<std::shared_ptr<Realm>>& realms, const Clock& clock,
                       transport::Charge charge);
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

HttpResponse MonitorPages::page(std::string_view name, std::string_view query,
                                transport::Charge charge) const {
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
  const auto asking = read_query(query);
  if (!asking) return wrong_query("the query is malformed: something in it is escaped badly, or not UTF-8");
  auto request = insight::read_page_request(asking->options, found->rules(true));
  if (const auto* const what = std::get_if<std::string>(&request)) return wrong_query(*what);
  const auto realms = chosen(realms_, asking->realm);
  if (asking->realm && realms.empty()) return wrong_query("there is no realm \"" + *asking->realm + "\"");
  return found->make(found->what, std::get<insight::PageRequest>(request), realms, clock_, std::move(charge));
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
  waiter->account = loop.new_account();
  {
    const transport::Lock lock(mutex_);
    waiters_.insert(waiter);
  }
  try {
    const auto why_not = looking_thread_.ask(LookingThread::For::http, number_of(*waiter),
                                             [this, waiter](bool has_room) { answer(waiter, has_room); });
    if (!why_not) return transport::Service::Later{waiter.get()};
    forget(*waiter);
    return come_again(*why_not);
  } catch (...) {
    forget(*waiter);
    throw;
  }
}

void MonitorPages::Waiter::on_gone(transport::HttpExchange&) {
  exchange = nullptr;
  pages->forget(*this);
}

void MonitorPages::forget(const Waiter& waiter) {
  looking_thread_.forget(LookingThread::For::http, number_of(waiter));
  std::shared_ptr<Waiter> last;  // goes without the lock
  const transport::Lock lock(mutex_);
  const auto found = std::find_if(waiters_.begin(), waiters_.end(),
                                  [&waiter](const auto& one) { return one.get() == &waiter; });
  if (found == waiters_.end()) return;
  last = *found;
  waiters_.erase(found);
}

void MonitorPages::stop() {
  looking_thread_.stop();
}

HttpResponse MonitorPages::response_to(const Waiter& waiter, bool has_room) const {
  if (!has_room) return come_again("there is not enough memory for the page");
  try {
    if (waiter.what == What::metrics) return metrics(waiter.accept);
    return page(waiter.name, waiter.query, transport::Charge(waiter.account, holding::requests));
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
