# find_package(wampd) gives the target wampd::client.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(OpenSSL 3.0)
find_dependency(ZLIB)
include(${CMAKE_CURRENT_LIST_DIR}/wampdTargets.cmake)
