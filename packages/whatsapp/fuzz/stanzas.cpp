#include "whatsapp/binary/codec.hpp"
#include "whatsapp/fuzz/fuzz.hpp"
#include "whatsapp/messaging/account_stanzas.hpp"
#include "whatsapp/messaging/app_state_sync.hpp"
#include "whatsapp/messaging/groups.hpp"
#include "whatsapp/messaging/media_transfer.hpp"

using namespace waqtor::whatsapp;
using namespace waqtor::whatsapp::messaging;

/// Stanzas as the service sends them: group notifications and every answer that is read.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const node = decode({data, size}, {.inflated_bytes = 1 << 20, .items = 10'000});
    if (!node) return 0;
    if (auto const notice = parse_group_notice(*node)) fuzz::must(notice->group.server == Server::group);
    if (auto const group = parse_group(*node)) fuzz::must(group->size >= group->members.size());
    (void)parse_groups(*node);
    (void)parse_member_changes(*node);
    if (auto const code = parse_invite(*node)) fuzz::must(code_of_link(*code) == *code);
    (void)parse_join(*node);
    (void)parse_join_requests(*node);
    (void)parse_join_verdicts(*node);
    (void)parse_media_hosts(*node, {});
    (void)parse_app_state(*node);
    (void)parse_app_state_notice(*node);
    (void)parse_presence(*node);
    (void)parse_chat_state(*node);
    (void)parse_picture(*node);
    (void)parse_block_list(*node);
    (void)parse_privacy(*node);
    (void)parse_token_notice(*node);
    return 0;
}
