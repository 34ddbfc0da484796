#include <gmock/gmock.h>
#include <gtest/gtest.h>

int main(int argc, char** argv) {
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}

#if __has_feature(thread_sanitizer)
// Asio counts the references of a shared executor with a fence of its own, which the sanitizer cannot follow.
extern "C" char const* __tsan_default_suppressions() {
    return "race:boost::asio::execution::detail::any_executor_base::destroy_shared\n";
}
#endif
