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
pkg_check_modules(icu REQUIRED IMPORTED_TARGET icu-uc icu-i18n)
pkg_check_modules(archive REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(pictures REQUIRED libturbojpeg libpng libwebp)
pkg_check_modules(expat REQUIRED IMPORTED_TARGET expat)
pkg_check_modules(absl REQUIRED absl_node_hash_map absl_node_hash_set absl_strings)
include(GoogleTest)

# libphonenumber, from where tools/setup unpacks it (docs/adr/0008-libphonenumber.md), else the system's. The archive needs no more of
# protobuf than its lite part, and a few archives of Abseil.
set(phonenumber_hint ${PROJECT_SOURCE_DIR}/.tools/libphonenumber/usr)
find_path(PHONENUMBER_HEADERS phonenumbers/phonenumberutil.h HINTS ${phonenumber_hint}/include REQUIRED)
find_library(PHONENUMBER_ARCHIVE libphonenumber.a HINTS ${phonenumber_hint}/lib/x86_64-linux-gnu REQUIRED)
find_library(ABSL_STRINGS libabsl_strings.a REQUIRED)
get_filename_component(absl_folder ${ABSL_STRINGS} DIRECTORY)
set(absl_archives ${absl_LIBRARIES})
list(FILTER absl_archives INCLUDE REGEX "^absl_")
list(TRANSFORM absl_archives REPLACE "^absl_(.*)$" "${absl_folder}/libabsl_\\1.a")
add_library(phonenumber INTERFACE)
target_include_directories(phonenumber SYSTEM INTERFACE ${PHONENUMBER_HEADERS})
target_compile_definitions(phonenumber INTERFACE I18N_PHONENUMBERS_USE_STDMUTEX)
target_link_libraries(phonenumber INTERFACE ${PHONENUMBER_ARCHIVE} ${absl_archives} protobuf::libprotobuf-lite PkgConfig::icu)

# Asio and Beast are compiled once here instead of in every file that uses them.
add_library(compiled_asio STATIC cmake/compiled/asio.cpp)
target_compile_definitions(compiled_asio PUBLIC
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_VISIBILITY)
target_link_libraries(compiled_asio PUBLIC Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

add_library(compiled_beast STATIC cmake/compiled/beast.cpp)
target_compile_definitions(compiled_beast PUBLIC BOOST_BEAST_SEPARATE_COMPILATION)
target_link_libraries(compiled_beast PUBLIC compiled_asio)
