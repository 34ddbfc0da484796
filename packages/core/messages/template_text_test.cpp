#include "core/messages/template_text.hpp"

#include <gmock/gmock.h>

namespace waqtor {
namespace {

std::string rendered(std::string_view text, TemplateValues const& values = {}) {
    auto out = render(text, values);
    return out ? *out : "refused: " + out.error().details.at(0).field;
}

TEST(TemplateText, PutsValuesAndDefaultsIn) {
    EXPECT_EQ(rendered("Hello {{name}}!", {{"name", "أمل"}}), "Hello أمل!");
    EXPECT_EQ(rendered("مرحبا {{ الاسم | صديقنا }}"), "مرحبا صديقنا");
    EXPECT_EQ(rendered("{{name|friend}}", {{"name", ""}}), "friend");
    EXPECT_EQ(rendered("{{name}}", {{"name", ""}}), "");
    EXPECT_EQ(rendered("Hello {name}, {unknown}", {{"name", "Amal"}}), "Hello Amal, {unknown}");
}

TEST(TemplateText, ValuesAreNeverExpandedAgain) {
    EXPECT_EQ(rendered("{{name}} {company}", {{"name", "{{company}}{company}"}, {"company", "secret"}}),
              "{{company}}{company} secret");
    EXPECT_EQ(rendered("{{a}}{{b}}", {{"a", "{"}, {"b", "{a}}"}}), "{{a}}");
}

TEST(TemplateText, NamesWhatIsMissing) {
    auto const refused = render("{{a}} {{b}} {{a}} {{c|x}}", {{"b", "1"}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::invalid);
    ASSERT_EQ(refused.error().details.size(), 1U);
    EXPECT_EQ(refused.error().details[0].field, "variables.a");
}

TEST(TemplateText, WhatIsNoVariableStays) {
    EXPECT_EQ(rendered("{ } {} {{}} {{ a b }} } {{open \\{{name}} C:\\dir", {{"name", "x"}}),
              "{ } {} {{}} {{ a b }} } {{open {x} C:\\dir");
}

TEST(TemplateText, ListsItsVariables) {
    EXPECT_THAT(variables_of("{{name|you}} {order_id} {{total}} {{name}}"),
                ::testing::ElementsAre(TemplateVariable{"name", true}, TemplateVariable{"order_id", false},
                                       TemplateVariable{"total", true}));
}

}   // namespace
}   // namespace waqtor
