#include "demo_shop.hpp"

#include <fmt/format.h>

#include <array>

namespace waqtor::demo {
namespace {
constexpr std::array<std::string_view, 10> kFirst{"أحمد", "فاطمة", "Omar", "Sara", "محمد", "نورة", "Layla", "خالد", "Adam", "مريم"};
constexpr std::array<std::string_view, 5> kLast{"العتيبي", "Haddad", "السالم", "Mansour", "الزهراني"};
constexpr std::array<std::string_view, 5> kQuestions{"كم السعر؟", "What are your opening hours?", "شكرا", "Where are you located?",
                                                     "متى تفتحون؟"};

/// The last four digits.
unsigned tail(std::string_view number) {
    unsigned out = 0;
    for (auto c : number.substr(number.size() - std::min<std::size_t>(number.size(), 4)))
        if (c >= '0' && c <= '9') out = out * 10 + static_cast<unsigned>(c - '0');
    return out;
}
}   // namespace

std::string sample_contacts() {
    std::string out = "Name,Phone,Tags\n";
    for (unsigned i = 0; i < 50; ++i)
        out += fmt::format("{} {},+96650000{:04},{}\n", kFirst.at(i % 10), kLast.at(i / 10), 1000 + i,
                           i % 3 == 0 ? "vip" : "customer");
    return out;
}

std::string_view campaign_text() {
    return "مرحبا {{name|صديقنا}}! خصم ٢٠٪ هذا الأسبوع. / Hello {{name|friend}}, 20 % off this week. "
           "للإلغاء أرسل إيقاف / reply STOP to unsubscribe.";
}

std::vector<RuleText> const& rules() {
    static std::vector<RuleText> const all{
        {"prices", {"price", "السعر", "سعر"}, "Prices start at 25 SAR. / الأسعار تبدأ من ٢٥ ريالا."},
        {"hours", {"opening hours", "تفتحون", "دوام"}, "Open every day from 9 to 22. / نفتح كل يوم من ٩ إلى ٢٢."},
        {"place", {"located", "العنوان"}, "King Fahd Road, Riyadh. / طريق الملك فهد، الرياض."},
    };
    return all;
}

sandbox::Behaviour behaviour_of(std::string_view number) {
    auto const n = tail(number);
    sandbox::Behaviour out;
    out.reads_after = Milliseconds{100};
    out.read_chance = 0.9;
    // Answers the campaign only: a customer who answers every answer would talk with the bot for ever.
    if (n % 10 < 6) out.replies = {{.contains = "20 % off", .text = std::string{kQuestions.at(n % kQuestions.size())}}};
    out.replies_after = Milliseconds{150};
    out.typing = Milliseconds{50};
    return out;
}

bool on_whatsapp(std::string_view number) { return tail(number) % 25 != 7; }

}   // namespace waqtor::demo
