/** The command line: what is written goes to stdout, what is said to stderr; exit 0, 1 on failure, 2 on usage. */
@NullMarked
package dev.letterbox.cli;

import org.jspecify.annotations.NullMarked;
