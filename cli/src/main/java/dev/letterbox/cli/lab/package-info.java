/** The command {@code lab}: runs the laboratory's experiments. */
@NullMarked
package dev.letterbox.cli.lab;

import org.jspecify.annotations.NullMarked;
