#include "core/sessions/session_api.hpp"

namespace waqtor {
namespace {
struct AdviceRow {
    std::string_view why;   // a ClientTrouble's name, or one of session_health's
    std::string_view en;
    std::string_view ar;
};

constexpr std::array kAdvice{
    AdviceRow{"network", "WhatsApp cannot be reached. WaQtor keeps trying; check this server's internet connection or proxy.",
              "تعذّر الوصول إلى واتساب. يواصل WaQtor المحاولة؛ تحقق من اتصال الخادم بالإنترنت أو من الوكيل."},
    AdviceRow{"silent", "WhatsApp does not answer on this connection. WaQtor connects again by itself.",
              "لا يرد واتساب على هذا الاتصال. سيعيد WaQtor الاتصال تلقائيًا."},
    AdviceRow{"service_down", "WhatsApp reports a fault of its own. WaQtor keeps trying; nothing is to be done.",
              "يبلّغ واتساب عن عطل لديه. يواصل WaQtor المحاولة ولا يلزم أي إجراء."},
    AdviceRow{"unacknowledged", "WhatsApp has not confirmed messages for a while. They are kept and sent again after reconnecting.",
              "لم يؤكد واتساب استلام الرسائل منذ مدة. الرسائل محفوظة وستُرسل بعد إعادة الاتصال."},
    AdviceRow{"replaced", "The same linked device is in use elsewhere. Stop the other server, then start this session again.",
              "الجهاز المرتبط نفسه مستخدم في مكان آخر. أوقف الخادم الآخر ثم شغّل هذه الجلسة من جديد."},
    AdviceRow{"device_removed", "The device was removed on the phone. Start the session and link the number again.",
              "أُزيل الجهاز من الهاتف. شغّل الجلسة واربط الرقم من جديد."},
    AdviceRow{"outdated_version", "WhatsApp no longer accepts the client version. Update WaQtor, or set whatsapp.version.",
              "لم يعد واتساب يقبل إصدار العميل. حدّث WaQtor أو اضبط whatsapp.version."},
    AdviceRow{"temporary_ban", "WhatsApp has blocked this number for some time. Send nothing until it ends, then start again.",
              "حظر واتساب هذا الرقم مؤقتًا. لا ترسل شيئًا حتى ينتهي الحظر ثم شغّل الجلسة من جديد."},
    AdviceRow{"banned", "WhatsApp has banned this number. Open WhatsApp on the phone to ask for a review.",
              "حظر واتساب هذا الرقم. افتح واتساب على الهاتف لطلب المراجعة."},
    AdviceRow{"pairing_expired", "Nobody scanned the QR code in time. Start the session again when the phone is at hand.",
              "لم يُمسح رمز QR في الوقت المحدد. شغّل الجلسة من جديد عندما يكون الهاتف معك."},
    AdviceRow{"pairing_refused",
              "Linking failed its security checks. Start again; if it repeats, the connection may be tampered with.",
              "فشل الربط في فحوص الأمان. أعد المحاولة؛ إذا تكرر ذلك فقد يكون الاتصال معبوثًا به."},
    AdviceRow{"passkey_required", "WhatsApp asks for a passkey on the phone, which linked devices like this one cannot answer.",
              "يطلب واتساب مفتاح مرور على الهاتف، ولا تستطيع الأجهزة المرتبطة مثل هذا الجهاز تقديمه."},
    AdviceRow{"protocol", "WhatsApp answered in a way WaQtor does not know. Update WaQtor and report it if it repeats.",
              "أجاب واتساب بطريقة لا يعرفها WaQtor. حدّث WaQtor وأبلغ عن المشكلة إذا تكررت."},
};
}   // namespace

std::optional<Advice> advice_for(std::string_view why) {
    for (auto const& row : kAdvice)
        if (row.why == why) return Advice{std::string{row.en}, std::string{row.ar}};
    return std::nullopt;
}

}   // namespace waqtor
