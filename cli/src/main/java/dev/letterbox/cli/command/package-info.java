/** What commands share: options, arguments, how to reach a server, and failures in one line. */
@NullMarked
package dev.letterbox.cli.command;

import org.jspecify.annotations.NullMarked;
