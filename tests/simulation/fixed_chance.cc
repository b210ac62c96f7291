// The keys of hash tables come from std::random_device when a program starts, and with them the order in
// which a realm goes over its members. This takes the place of libstdc++'s function, so that a seed is the
// same run in each process.
#include <cstdint>
#include <random>

std::random_device::result_type std::random_device::_M_getval() {
  static std::mt19937 always_the_same;
  return static_cast<result_type>(always_the_same());
}
