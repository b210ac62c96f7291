#include "router/meta/procedures.h"

#include <map>

namespace router::meta {
namespace {

using Table = std::map<std::string_view, const Procedure*>;

Table make_table() {
  Table table;
  for (const auto procedures :
       {session_procedures(), testament_procedures(), registration_procedures(), subscription_procedures(),
        authorization_procedures(), insight_procedures(), tap_procedures()})
    for (const Procedure& procedure : procedures) table.emplace(procedure.uri, &procedure);
  return table;
}

}  // namespace

const Procedure* find_procedure(std::string_view uri) {
  static const Table table = make_table();
  const auto found = table.find(uri);
  return found == table.end() ? nullptr : found->second;
}

}  // namespace router::meta
