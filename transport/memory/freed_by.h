// Owners of what C libraries give: Freed<X509, X509_free>.
#pragma once

#include <memory>

namespace transport {

template <auto function>
struct FreedBy {
  template <class T>
  void operator()(T* object) const {
    function(object);
  }
};

template <class T, auto function>
using Freed = std::unique_ptr<T, FreedBy<function>>;

}  // namespace transport
