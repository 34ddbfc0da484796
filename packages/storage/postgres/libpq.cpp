#include "storage/postgres/libpq.hpp"

#include <dlfcn.h>

namespace waqtor::postgres {
namespace {

Result<Libpq> load() {
    // Stays loaded for the life of the process: it starts threads and keeps state of its own.
    auto* const library = ::dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
    if (!library) return fail_with_cause(Code::unavailable, "PostgreSQL needs libpq 5, which is not installed", ::dlerror());
    Libpq out;
#define WAQTOR_LIBPQ_LOAD(name)                                              \
    out.name = reinterpret_cast<decltype(&::name)>(::dlsym(library, #name)); \
    if (!out.name) return fail_with_cause(Code::unavailable, "libpq is too old", #name);
    WAQTOR_LIBPQ(WAQTOR_LIBPQ_LOAD)
#undef WAQTOR_LIBPQ_LOAD
    return out;
}

}   // namespace

Result<Libpq const*> libpq() {
    static auto const loaded = load();
    if (!loaded) return std::unexpected(loaded.error());
    return &*loaded;
}

}   // namespace waqtor::postgres
