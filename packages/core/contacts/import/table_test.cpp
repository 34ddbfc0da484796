#include "core/contacts/import/columns.hpp"

#include <gmock/gmock.h>

namespace waqtor::import {
namespace {
using ::testing::ElementsAre;
using namespace std::string_literals;

/// "line: cell|cell" of each row, "line! problem" of those that cannot be used.
std::vector<std::string> rows_of(std::string bytes) {
    std::vector<std::string> out;
    auto table = open_table(std::move(bytes));
    if (!table) return {table.error().message};
    for (Row row;;) {
        auto const more = table->rows->next(row);
        if (!more) return out.push_back(more.error().message), out;
        if (!*more) return out;
        auto text = std::to_string(row.line) + (row.problem.empty() ? ": " : "! " + row.problem);
        for (auto const& cell : row.cells)
            if (row.problem.empty()) text += (&cell == &row.cells.front() ? "" : "|") + cell;
        out.push_back(std::move(text));
    }
}

TEST(Csv, ReadsWhatSpreadsheetsWrite) {
    EXPECT_THAT(rows_of("Name,Phone\r\n\"Amal, A.\",\"050 \"\"1\"\"\"\r\n\r\nOmar ,2\r\n"),
                ElementsAre("1: Name|Phone", "2: Amal, A.|050 \"1\"", "4: Omar|2"));
    EXPECT_THAT(rows_of("sep=;\nName;Phone\nA,B;1\n"), ElementsAre("2: Name|Phone", "3: A,B|1"));
    EXPECT_THAT(rows_of("Name\tPhone\rA\t1\rB\t2"), ElementsAre("1: Name|Phone", "2: A|1", "3: B|2"));
    EXPECT_THAT(rows_of("Name,Note\nA,\"two\nlines\"\nB,x\n"), ElementsAre("1: Name|Note", "2: A|two\nlines", "4: B|x"));
    EXPECT_THAT(rows_of("Name,Phone\n\"A\"s,1\n"), ElementsAre("1: Name|Phone", "2: As|1"));
}

TEST(Csv, AForgottenQuoteCostsItsLineOnly) {
    constexpr auto kSays = "! has a quote that is never closed";
    EXPECT_THAT(rows_of("Name,Phone\n\"A,1\nB,2\n"), ElementsAre("1: Name|Phone", "2"s + kSays, "3: B|2"));
    EXPECT_THAT(rows_of("Name,Phone\n\"A,1\n\"B\",2\nC,3\n"), ElementsAre("1: Name|Phone", "2"s + kSays, "3: B|2", "4: C|3"));
    EXPECT_THAT(rows_of("Name,Phone\nA,\"1\n"), ElementsAre("1: Name|Phone", "2"s + kSays));
    EXPECT_THAT(rows_of("Name,Phone\n\"A,1"), ElementsAre("1: Name|Phone", "2"s + kSays));
    std::string all = "Name,Phone\n";
    std::vector<std::string> expected{"1: Name|Phone"};
    for (int i = 2; i < 2000; ++i) {
        all += i % 2 == 0 ? "\"A,1\n" : "B,2\n";
        expected.push_back(std::to_string(i) + (i % 2 == 0 ? kSays : ": B|2"));
    }
    EXPECT_EQ(rows_of(all), expected);
}

TEST(Csv, AnOverlongCellCostsItsLineOnly) {
    auto const says = "2! " + too_long();
    EXPECT_THAT(rows_of("Name,Phone\n" + std::string(10U << 20U, 'x') + ",1\nB,2\n"), ElementsAre("1: Name|Phone", says, "3: B|2"));
    EXPECT_THAT(rows_of("Name,Phone\n\"" + std::string(40'000, 'x') + "\",1\nB,2\n"), ElementsAre("1: Name|Phone", says, "3: B|2"));
    EXPECT_THAT(rows_of("Name,Phone\n\"" + std::string(40'000, 'x') + ",1\nB,2\n"),
                ElementsAre("1: Name|Phone", "2! has a quote that is never closed", "3: B|2"));
    EXPECT_THAT(rows_of("Name,Phone\n" + std::string(300, ',') + "\nB,2\n"),
                ElementsAre("1: Name|Phone", "2! has more than 256 columns", "3: B|2"));
    auto const longest = std::string(kMostCell, 'x');
    EXPECT_THAT(rows_of("Name,Phone\n" + longest + ",1\n"), ElementsAre("1: Name|Phone", "2: " + longest + "|1"));
}

TEST(Vcard, ReadsAllVersionsAndNamesTheCardThatDoesNotEnd) {
    auto const cards =
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D8=B9=D9=84=\r\n=D9=8A;=D8=A3\r\nTEL;CELL:1\r\n"
        "END:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Omar\\, A.\r\nTEL;TYPE=HOME:2\r\nitem1.TEL;TYPE=CELL:3\r\nPHOTO;ENCODING=b:AAAA\r\n "
        "BBBB\r\n"
        "ORG:Shop;Sales\r\nNOTE:a very\r\n  long note\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nFN:Lost\r\nTEL:4\r\n"
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Sara\r\nTEL;VALUE=uri;TYPE=cell:tel:+5\r\nCATEGORIES:a,b\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nFN:Last\r\n"s;
    EXPECT_THAT(rows_of(cards), ElementsAre("1: أ علي|1|||||", "2: Omar, A.|3 ::: 2||Shop||a very long note|",
                                            "3! has no END:VCARD before card 4", "4: Sara|+5|||||a ::: b", "5! has no END:VCARD"));
    EXPECT_THAT(rows_of("BEGIN:VCARD\nNOTE:" + std::string(40'000, 'x') + "\nEND:VCARD\nBEGIN:VCARD\nFN:B\nEND:VCARD\n"),
                ElementsAre("1! " + too_long(), "2: B||||||"));
}

TEST(Tables, SayWhatAFileIs) {
    struct Case {
        std::string bytes;
        std::string_view says;
    };
    for (auto const& [bytes, says] :
         {Case{"", "is empty"}, Case{" \r\n", "is empty"}, Case{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..."s, "save it as .xlsx or CSV"},
          Case{"PK\x03\x04 nothing", "XLSX"}, Case{"a\0b"s, "zero bytes"}, Case{std::string(kMostBytes + 1, 'x'), "64 MiB"}}) {
        auto const table = open_table(bytes);
        ASSERT_FALSE(table) << says;
        EXPECT_EQ(table.error().code, Code::invalid);
        EXPECT_EQ(table.error().details.front().field, "file");
        EXPECT_NE(table.error().message.find(says), std::string::npos) << table.error().message;
    }
}

TEST(Tables, ReadEveryEncoding) {
    struct Case {
        std::string bytes;
        std::string_view encoding;
        std::string_view name;
    };
    for (auto const& [bytes, encoding, name] :
         {Case{"\xef\xbb\xbfName,Phone\nعلي,1\n", "utf-8", "علي"}, Case{"Name,Phone\nعلي,1\n", "utf-8", "علي"},
          Case{"Name,Phone\n\xda\xe1\xed,1\n", "windows-1256", "علي"}, Case{"Name,Phone\nZo\xe9,1\n", "windows-1252", "Zoé"},
          Case{"\xff\xfeN\0a\0m\0e\0\n\0\x39\x06\x44\x06\x4a\x06\n\0"s, "utf-16le", "علي"},
          Case{"\xfe\xff\0N\0a\0m\0e\0\n\x06\x39\x06\x44\x06\x4a\0\n"s, "utf-16be", "علي"},
          Case{"N\0a\0m\0e\0,\0P\0h\0o\0n\0e\0\n\0Z\0o\0\xe9\0,\0001\0\n\0"s, "utf-16le", "Zoé"}}) {
        auto table = open_table(bytes);
        ASSERT_TRUE(table) << table.error().message;
        EXPECT_EQ(table->encoding, encoding);
        Row row;
        ASSERT_TRUE(table->rows->next(row).value());
        ASSERT_TRUE(table->rows->next(row).value());
        EXPECT_EQ(row.cells.front(), name) << encoding;
    }
}

TEST(People, GuessColumnsOfWhatProgramsWrite) {
    using enum ImportMeaning;
    struct Case {
        std::string_view head;
        std::vector<ImportMeaning> means;
    };
    for (auto const& [head, means] :
         {Case{"Name,Given Name,Group Membership,Phone 1 - Type,Phone 1 - Value,E-mail 1 - Value",
               {name, first_name, tags, ignore, phone, email}},
          Case{"First Name,Last Name,Organization Name,Labels,Phone 1 - Label,Phone 1 - Value",
               {first_name, last_name, company, tags, ignore, phone}},
          Case{"First Name,Last Name,Company,Business Phone,Mobile Phone,E-mail Address,Categories",
               {first_name, last_name, company, phone, phone, email, tags}},
          Case{"الاسم;رقم الجوال;المدينة", {name, phone, custom}}, Case{"Omar,0501234567,Riyadh", {name, phone, custom}}}) {
        auto const people = People::open(std::string{head} + "\nx,0501234567\n", "SA", {});
        ASSERT_TRUE(people) << people.error().message;
        EXPECT_EQ(people->columns().meanings, means) << head;
    }
    auto chosen = People::open("a,b\nx,0501234567\n", "SA", {ignore, phone});
    ASSERT_TRUE(chosen);
    EXPECT_TRUE(chosen->columns().has_phone());
    EXPECT_EQ(People::open("a,b\nx,0501234567\n", "SA", {phone}).error().details.front().field, "columns");
}

}   // namespace
}   // namespace waqtor::import
