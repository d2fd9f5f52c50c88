package cli

import "flag"

// update is shared with the scripts in package cli_test: one test binary has one set of flags.
var update = flag.Bool("update", false, "rewrite golden files and the generated blocks of the documentation")
