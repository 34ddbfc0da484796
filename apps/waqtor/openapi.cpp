#include "command.hpp"
#include "features.hpp"

namespace waqtor {

void add_openapi(Program& program) {
    program.add_text(program.app, "openapi", "Print api/openapi.json", [] { return openapi_text(); });
    program.app.add_subcommand("version", "Print the version")
        ->callback([&program] {
            if (program.output.json)
                program.output.print({{"success", true}, {"data", {{"version", WAQTOR_VERSION}}}});
            else
                std::cout << "waqtor " << WAQTOR_VERSION << '\n';
        })
        ->add_flag("--json", program.output.json, "Print one JSON object");
}

}   // namespace waqtor
