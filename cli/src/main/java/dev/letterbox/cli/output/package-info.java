/** Text, tables, colours and JSON for terminals, pipes and files. */
@NullMarked
package dev.letterbox.cli.output;

import org.jspecify.annotations.NullMarked;
