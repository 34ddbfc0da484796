# What we build on: Debian 12 packages, found once. tools/setup/packages.txt pins their versions.

find_package(Threads REQUIRED)
set(Boost_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Protobuf REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
include(GoogleTest)

# Asio and Beast are compiled once here instead of in every file that uses them.
add_library(compiled_asio STATIC cmake/compiled/asio.cpp)
target_compile_definitions(compiled_asio PUBLIC
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_VISIBILITY)
target_link_libraries(compiled_asio PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

add_library(compiled_beast STATIC cmake/compiled/beast.cpp)
target_compile_definitions(compiled_beast PUBLIC BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(compiled_beast PUBLIC compiled_asio)
