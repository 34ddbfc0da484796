#include "command.hpp"
#include "core/contacts/contact_import.hpp"
#include "door.hpp"
#include "files.hpp"

#include <fstream>
#include <iostream>
#include <thread>

namespace waqtor {
namespace {
constexpr auto kLook = std::chrono::milliseconds{200};

struct Wish {
    DoorWish door;
    std::string file, country, rejected, format = "csv", output, id;
    std::vector<std::string> tags;
    bool preview = false;
};

void print(ContactImport const& import) {
    std::cout << "Import " << import.id.text() << " is " << enum_name(import.state)
              << (import.problem ? ": " + *import.problem : "") << '\n';
    Table table{{"rows", "created", "updated", "skipped", "errors", "undone", "kept"}};
    std::vector<std::string> row;
    for (auto count : {import.total, import.created, import.updated, import.skipped, import.errors, import.undone, import.kept})
        row.push_back(std::to_string(count));
    table.add(std::move(row));
    table.print();
    for (auto const& problem : import.problems.value_or(std::vector<ImportProblem>{}))
        std::cout << "line " << problem.line << ": " << problem.reason << "  (" << problem.text << ")\n";
}

/// Shows how far it is until it has ended.
Result<ContactImport> follow(Door& door, ContactImport import, Output const& output) {
    Progress progress{output};
    while (import.state == ImportState::running || import.state == ImportState::undoing) {
        progress.show(import.rows, import.total, "rows");
        std::this_thread::sleep_for(kLook);
        TRY(import, door.read<ContactImport>("GET", "/api/contacts/imports/" + import.id.text()));
    }
    return import;
}

Result<void> write_file(std::string const& path, std::string const& bytes) {
    if (path.empty() || path == "-") {
        std::cout << bytes << std::flush;
        return {};
    }
    std::ofstream out{path, std::ios::binary};
    out << bytes;
    if (!out.flush()) return fail(Code::unavailable, "Cannot write " + path);
    return {};
}

Result<ContactImport> import_file(Door& door, Wish const& wish, Output const& output) {
    TRY(auto bytes, read_file(wish.file));
    auto target = "/api/contacts/imports?name=" + query_text(std::filesystem::path{wish.file}.filename().string());
    if (!wish.country.empty()) target += "&country=" + query_text(wish.country);
    std::string tags;
    for (auto const& tag : wish.tags) tags += (tags.empty() ? "" : ",") + tag;
    if (!tags.empty()) target += "&tags=" + query_text(tags);
    TRY(auto const text, door.ask("POST", target, std::move(bytes), "application/octet-stream"));
    TRY(auto const answer, parse_json(text));
    TRY(auto seen, read_json<ContactImport>(answer.at("data")));
    auto const path = "/api/contacts/imports/" + seen.id.text();
    if (wish.preview) {
        TRY_OK(door.call("DELETE", path));
        return seen;
    }
    TRY(auto import, door.read<ContactImport>("POST", path + "/start", json::object{}));
    TRY(import, follow(door, std::move(import), output));
    if (!wish.rejected.empty() && import.errors > 0) {
        TRY(auto const csv, door.ask("GET", path + "/rejected.csv", ""));
        TRY_OK(write_file(wish.rejected, csv));
    }
    import.problems = std::move(seen.problems);
    return import;
}

Result<ContactImport> undo(Door& door, Wish const& wish, Output const& output) {
    TRY(auto import, door.read<ContactImport>("POST", "/api/contacts/imports/" + query_text(wish.id) + "/undo", json::object{}));
    return follow(door, std::move(import), output);
}

Result<void> export_all(Door& door, Wish const& wish) {
    TRY(auto const file, door.ask("GET", "/api/contacts/export." + wish.format, ""));
    return write_file(wish.output, file);
}

using Work = Result<ContactImport> (*)(Door&, Wish const&, Output const&);

CLI::App* add_one(Program& program, CLI::App& under, std::shared_ptr<Wish> const& wish, std::string const& name,
                  std::string const& help, Work work) {
    auto* command = program.add(under, name, help, [&program, wish, work](Settings& settings) {
        wish->door.carries_out = true;
        auto door = Door::open(settings, wish->door);
        if (!door) return program.output.failure(door.error());
        auto const done = work(**door, *wish, program.output);
        if (!done) return program.output.failure(done.error());
        program.output.show(*done, [](ContactImport const& import) { print(import); });
        return static_cast<int>(done->state == ImportState::failed ? Exit::failed : Exit::ok);
    });
    wish->door.add_flags(*command);
    return command;
}
}   // namespace

void add_contacts(Program& program) {
    auto* contacts = program.app.add_subcommand("contacts", "Contacts")->require_subcommand(1);
    auto wish = std::make_shared<Wish>();
    auto* import = add_one(program, *contacts, wish, "import", "Bring in people from a file: CSV, vCard or XLSX", import_file);
    import->add_option("file", wish->file, "The file")->required();
    import->add_option("--country", wish->country, "Whose national numbers it has: SA");
    import->add_option("--tag", wish->tags, "Tags that everybody in it gets")->delimiter(',');
    import->add_option("--rejected", wish->rejected, "Where the rows with an error are written, as CSV");
    import->add_flag("--preview", wish->preview, "Only say what it would bring");
    auto* back = add_one(program, *contacts, wish, "undo", "Undo an import, except what was changed since", undo);
    back->add_option("id", wish->id, "The import's id")->required();
    auto* out = program.add(*contacts, "export", "Write every contact as a file", [&program, wish](Settings& settings) {
        auto door = Door::open(settings, wish->door);
        if (!door) return program.output.failure(door.error());
        auto const done = export_all(**door, *wish);
        return done ? 0 : program.output.failure(done.error());
    });
    wish->door.add_flags(*out);
    out->add_option("--format", wish->format, "csv, json or vcf")->check(CLI::IsMember({"csv", "json", "vcf"}));
    out->add_option("--output,-o", wish->output, "The file; standard output by default");
}

}   // namespace waqtor
