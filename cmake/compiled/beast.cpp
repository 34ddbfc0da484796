// The one file that compiles Beast's own code; everyone else sees declarations only.
#include <boost/beast/src.hpp>
