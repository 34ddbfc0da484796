#include "sandbox/phone/phone.hpp"

/// What a phone does by itself, later, with a text it could read.
namespace waqtor::sandbox {

void Phone::act_on(Letter const& letter) {
    ++texts_;
    auto const behaviour = account_.behaviour;
    if (!behaviour || !behaviour->acts()) return;
    auto draw = Draw{service_.seed, account_.number, texts_};
    // Always the same numbers in the same order, whatever becomes of them.
    auto const reads = draw.happens(behaviour->read_chance);
    auto const replies = draw.happens(behaviour->reply_chance);
    auto const read_wait = draw.around(behaviour->reads_after.value_or(Milliseconds{0}));
    auto const reply_wait = draw.around(behaviour->replies_after);

    // The account outlives the schedule; the phone may have been replaced by then.
    if (behaviour->reads_after && !reads) return;   // who does not look does not answer either
    if (behaviour->reads_after)
        service_.schedule.after(read_wait, [&service = service_, &account = account_, letter] {
            account.phone->read_letter(letter);
            service.changed();
        });
    auto const* reply = letter.chat.server == Server::group ? nullptr : behaviour->reply_to(letter.text);
    if (!reply || !replies) return;
    auto const sends_at = read_wait + reply_wait + behaviour->typing;
    if (behaviour->typing > Milliseconds{0})
        service_.schedule.after(sends_at - behaviour->typing,
                                [&account = account_, to = letter.back] { account.phone->typing(to, true); });
    service_.schedule.after(sends_at, [&service = service_, &account = account_, to = letter.back, text = reply->text] {
        if (auto const sent = account.phone->send_text(to, text); !sent)
            service.ledger.add(Way::refused, account.pn().to_string(), "reply", sent.error().message);
        service.changed();
    });
}

}   // namespace waqtor::sandbox
