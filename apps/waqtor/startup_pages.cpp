#include "startup_pages.hpp"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace waqtor {
namespace {

/// Code and constants are never written, so dropping them loses nothing; what is writable, and what relocation wrote, lies in
/// segments of its own.
int give_back(dl_phdr_info* object, std::size_t, void* page) {
    auto const mask = *static_cast<std::uintptr_t const*>(page) - 1;
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        auto const& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        auto const start = object->dlpi_addr + segment.p_vaddr;
        auto const begin = (start + mask) & ~mask;   // whole pages: the first and last may be shared with a writable segment
        auto const end = (start + segment.p_memsz) & ~mask;
        if (begin < end)
            ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);   // advice: refused (for the vdso) is fine
    }
    return 0;
}
}   // namespace

void give_back_startup_pages() {
    auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    ::malloc_trim(0);
    ::dl_iterate_phdr(give_back, &page);
}

}   // namespace waqtor
